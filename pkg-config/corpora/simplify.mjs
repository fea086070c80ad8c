// Traditional characters and variants to simplified characters.
import * as OpenCC from "opencc-js";

const toSimplified = OpenCC.Converter({ from: "t", to: "cn" });

// Variants of the old printings that OpenCC leaves alone, each with the modern form.
const VARIANTS = new Map(
  [
    "劒剑 猨猿 簷檐 荅答 慙惭 櫂棹 堦阶 徧遍 鬬斗 蘂蕊 敧欹 攲欹 斾旆",
    "秪只 秖只 褭袅 珮佩 髪发 桮杯 煖暖 廻回 遰递 暎映 歛敛 飜翻 鏁锁",
    "妬妒 僊仙 栢柏 碁棋 棃梨 竝并 巵卮 趂趁 邨村 罇樽 毬球 鼇鳌 隄堤",
    "嚬颦 檝楫 牋笺 鵶鸦 缾瓶 覩睹 詶酬 燄焰 牓榜 粧妆 羇羁 姪侄 讐仇",
    "筯箸 壻婿 毘毗 醆盏 慇殷 懃勤 牕窗 鸎莺 麤粗 蹔暂 髣仿 髴佛 悮误",
    "蔕蒂 帬裙 彊强 徴征 瞋嗔 筭算 椀碗 盌碗 藂丛 怱匆 崄险 汚污 緜绵",
    "勅敕 衞卫 轝舆 襃褒 舃舄 旛幡 磵涧 穉稚 撚捻 峩峨 懽欢 嵒岩 嗁啼",
    "窓窗 窻窗 畧略 揜掩 欵款 蜺霓 輭软 倂并 澣浣 賸剩 虵蛇 袴裤 蕚萼",
    "効效 呪咒 椶棕 蜨蝶 珪圭 衆众 敎教 幷并 鴈雁 劎剑 呌叫 迴回 疎疏",
    "媿愧 臯皋 羣群 飡餐 嬾懒 逈迥 隣邻 顦憔 顇悴 飖摇",
  ].flatMap((row) => row.split(" ")).map((pair) => [...pair]),
);

/** `text` in simplified characters, compatibility forms folded (NFC). */
export function simplify(text) {
  const plain = [...text.normalize("NFC")].map((c) => VARIANTS.get(c) ?? c).join("");
  return [...toSimplified(plain)].map((c) => VARIANTS.get(c) ?? c).join("");
}
