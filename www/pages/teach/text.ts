/** What the teachers' page says. */
import type { Language } from '../../shell/text/language';

export interface TeachText {
  title: string;
  lead: string;
  howTo: string[];
  open: string;
  drop: string;
  none: string;
  reading: string;
  nothingIn(name: string): string;
  lesson(title: string, count: number): string;
  inClass(name: string): string;
  truth: string;
  came(answer: string): string;
  count: string;
  answer: string;
  share(right: string): string;
  calibration: string;
  calibrationRow(said: string, right: string, all: number): string;
  clear: string;
  unknownLesson(lesson: string): string;
  classLink: string;
  className: string;
  classHint: string;
  copy: string;
}

const plural = new Intl.PluralRules('en');

export const TEACH_TEXT: Record<Language, TeachText> = {
  en: {
    title: 'For teachers',
    lead: 'See what a class expected, beside what came true. Nothing is collected: learners hand in a file, and it is read in this tab only.',
    howTo: [
      'Give your class a link with its name, made below. Each prediction then carries that name.',
      'Learners predict and run. In the library, “Export predictions only (for your teacher)” gives them a small .tinyai file to hand in.',
      'Open the files here, as many at once as you like.',
    ],
    open: 'Open files…',
    drop: 'or drop them anywhere on this page',
    none: 'No predictions yet.',
    reading: 'Reading…',
    nothingIn: (name) => `${name} has no predictions in it: only experiments begun in a lesson, after a prediction, have one.`,
    lesson: (title, count) => `${title}: ${count} ${plural.select(count) === 'one' ? 'prediction' : 'predictions'}`,
    inClass: (name) => `Class ${name}`,
    truth: 'what came true',
    came: (answer) => `What came true: ${answer}.`,
    count: 'How many',
    answer: 'Prediction',
    share: (right) => `${right} were right or close.`,
    calibration: 'How sure they were, and how often they were right',
    calibrationRow: (said, right, all) => `Said “${said}”: right in ${right} of ${all}`,
    clear: 'Clear all',
    unknownLesson: (lesson) => `“${lesson}” is a lesson that this version of the site does not have.`,
    classLink: 'A link for your class',
    className: 'Name of the class',
    classHint: 'The name goes into the learners’ files and nowhere else.',
    copy: 'Copy link',
  },
  zh: {
    title: '教师页面',
    lead: '把全班的预测与实际结果放在一起看。本站不收集任何数据：学生交来文件，文件只在本标签页中读取。',
    howTo: ['在下面生成带班级名称的链接，发给学生；学生的每个预测都会带上这个名称。', '学生预测并运行之后，在实验库中选择“只导出预测（交给老师）”，得到一个很小的 .tinyai 文件并上交。', '在这里打开这些文件，可以一次打开多个。'],
    open: '打开文件…',
    drop: '或把文件拖到本页任意位置',
    none: '还没有预测。',
    reading: '正在读取…',
    nothingIn: (name) => `${name} 中没有预测：只有在课程中先预测、再运行的实验才带有预测。`,
    lesson: (title, count) => `${title}：${count} 个预测`,
    inClass: (name) => `班级：${name}`,
    truth: '实际结果',
    came: (answer) => `实际结果：${answer}。`,
    count: '人数',
    answer: '预测',
    share: (right) => `${right}的预测正确或接近。`,
    calibration: '把握有多大，正确率有多高',
    calibrationRow: (said, right, all) => `选“${said}”：${all} 次中有 ${right} 次正确`,
    clear: '全部清除',
    unknownLesson: (lesson) => `本站的这个版本没有名为“${lesson}”的课程。`,
    classLink: '给班级的链接',
    className: '班级名称',
    classHint: '这个名称只会写进学生自己的文件。',
    copy: '复制链接',
  },
};
