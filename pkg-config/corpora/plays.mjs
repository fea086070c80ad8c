// Shakespeare's plays: one document a scene, `Title, Act 1, Scene 2`, then speeches as `NAME:` and their lines.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const PLAYS = [
  ["antony_and_cleopatra", "Antony and Cleopatra"],
  ["as_you_like_it", "As You Like It"],
  ["comedy_of_errors", "The Comedy of Errors"],
  ["coriolanus", "Coriolanus"],
  ["hamlet", "Hamlet"],
  ["henry_iv_part_1", "Henry IV, Part 1"],
  ["henry_v", "Henry V"],
  ["julius_caesar", "Julius Caesar"],
  ["lear", "King Lear"],
  ["macbeth", "Macbeth"],
  ["measure_for_measure", "Measure for Measure"],
  ["merchant_of_venice", "The Merchant of Venice"],
  ["midsummer_nights_dream", "A Midsummer Night's Dream"],
  ["much_ado_about_nothing", "Much Ado About Nothing"],
  ["othello", "Othello"],
  ["richard_ii", "Richard II"],
  ["richard_iii", "Richard III"],
  ["romeo_and_juliet", "Romeo and Juliet"],
  ["taming_of_the_shrew", "The Taming of the Shrew"],
  ["tempest", "The Tempest"],
  ["twelfth_night", "Twelfth Night"],
  ["winters_tale", "The Winter's Tale"],
];

// Two plays abbreviate the speakers' names.
const NAMES = {
  hamlet: {
    Ham: "HAMLET", Hor: "HORATIO", King: "KING", Pol: "POLONIUS", Queen: "QUEEN", Laer: "LAERTES", Oph: "OPHELIA", Ros: "ROSENCRANTZ",
    Mar: "MARCELLUS", Guil: "GUILDENSTERN", Osr: "OSRIC", Ber: "BERNARDO", Ghost: "GHOST", Rey: "REYNALDO", Fran: "FRANCISCO",
    Capt: "CAPTAIN", "I Play": "FIRST PLAYER", "I Player": "FIRST PLAYER", Fort: "FORTINBRAS", For: "FORTINBRAS", Lord: "LORD",
    Gent: "GENTLEMAN", Danes: "DANES", All: "ALL", Mess: "MESSENGER", Both: "BOTH", Volt: "VOLTIMAND", Servant: "SERVANT",
    Sailor: "SAILOR", "I Sailor": "SAILOR", "Ros and Guil": "ROSENCRANTZ AND GUILDENSTERN", Pro: "PROLOGUE",
    "Osric and Lords": "OSRIC AND LORDS", Luc: "LUCIANUS",
  },
  lear: {
    Lear: "LEAR", Kent: "KENT", Glou: "GLOUCESTER", Edg: "EDGAR", Edm: "EDMUND", Reg: "REGAN", Fool: "FOOL", Alb: "ALBANY",
    Gon: "GONERIL", Corn: "CORNWALL", Osw: "OSWALD", Gent: "GENTLEMAN", Cor: "CORDELIA", "Old Man": "OLD MAN", Phys: "PHYSICIAN",
    Doct: "PHYSICIAN", Mess: "MESSENGER", Knight: "KNIGHT", France: "FRANCE", Bur: "BURGUNDY", Her: "HERALD", "First Serv": "FIRST SERVANT",
    "Second Serv": "SECOND SERVANT", "Third Serv": "THIRD SERVANT", Cur: "CURAN", Off: "OFFICER", Officer: "OFFICER", Capt: "CAPTAIN",
  },
  romeo_and_juliet: Object.fromEntries(
    ["Romeo", "Juliet", "Nurse", "Benvolio", "Mercutio", "Friar", "Capulet", "Lady Capulet", "Paris", "Sampson", "Tybalt", "Prince", "Gregory",
      "Peter", "Balthasar", "Montague", "Servant", "Abraham", "Friar Lawrence", "Friar John", "Apothecary", "Page", "Lady Montague", "Chorus", "Boy"]
      .map((name) => [name, name.toUpperCase()]).concat([["Lady  Montague", "LADY MONTAGUE"], ["Chor", "CHORUS"]]),
  ),
};

const WORDS = ["FIRST", "SECOND", "THIRD", "FOURTH", "FIFTH", "SIXTH", "SEVENTH"];
const ROMAN = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV"];
const HEADING = /^(ACT|SCENE)\s+([IVX]+|\d+|FIRST|SECOND|THIRD|FOURTH|FIFTH)\b/i;
const INTERLUDE = /^(INDUCTION|PROLOGUE|EPILOGUE)\.?$/i;
const DIRECTION = /^(Re-)?(Enter|Exit|Exeunt|Flourish|Alarum|Sennet|Dead march|Music|Thunder|Drum|Trumpet|Manet|Scene)\b/i;

function ordinal(text) {
  const word = text.toUpperCase();
  return /^\d+$/.test(word) ? Number(word) : Math.max(WORDS.indexOf(word), ROMAN.indexOf(word)) + 1;
}

/** Text without stage directions (in brackets), italics' underscores and anything that is not plain ASCII. */
export function plain(text) {
  return text
    .replace(/\r/g, "")
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/[\u201c\u201d]/g, '"')
    .replace(/[\u2013\u2014]/g, "--")
    .replace(/[[{][^\]}]*[\]}]/g, "")
    .replace(/[_[\]{}/]/g, "")
    .replace(/\t/g, " ");
}

/** The speaker that `line` names, or null. */
function speakerOf(line, names) {
  if (names) return names[line.replace(/\.$/, "")] ?? null;
  return /^[A-Z][A-Z'&, -]*[A-Z]\.?$/.test(line) && !/^[IVX]+\.?$/.test(line) ? line.replace(/\.$/, "") : null;
}

const tidy = (line) => line.trim().replace(/ {2,}/g, " ").replace(/ ([,.;:?!])/g, "$1");

/** Scenes of one play, each `{heading, lines}`. */
function scenes(text, names) {
  const found = [];
  let act = null;
  let scene = null;
  let speaking = false;
  const open = (heading) => found.push((scene = { heading, lines: [] }));
  for (const block of plain(text).split(/\n\s*\n/)) {
    const lines = block.split("\n").map(tidy).filter(Boolean);
    let start = 0;
    // A prologue that stands alone is a heading; with lines below it is a speaker.
    const isHeading = (line) => HEADING.test(line) || (lines.length === 1 && INTERLUDE.test(line));
    while (start < lines.length && isHeading(lines[start])) {
      const [, kind, number] = HEADING.exec(lines[start]) ?? [];
      if (!kind) {
        const name = lines[start].replace(".", "");
        const title = name[0].toUpperCase() + name.slice(1).toLowerCase();
        if (title === "Induction") act = title;
        open(act && title === "Prologue" ? `${act}, ${title}` : title);
      } else if (kind.toUpperCase() === "ACT") act = `Act ${ordinal(number)}`;
      else open(`${act}, Scene ${ordinal(number)}`);
      // An epilogue may name its speaker in a stage direction only.
      speaking = /^EPILOGUE/i.test(lines[start]);
      start += 1;
      // The place, which follows the heading, is a stage direction.
      if (kind?.toUpperCase() === "SCENE") start = lines.findIndex((line, i) => i >= start && speakerOf(line, names)) >>> 0;
    }
    for (const [i, line] of lines.entries()) {
      if (i < start || !scene) continue;
      const speaker = speakerOf(line, names);
      if (speaker) {
        scene.lines.push(`${speaker}:`);
        speaking = true;
      } else if (i === start && DIRECTION.test(line)) break;
      else if (/^THE END\.?$/i.test(line)) break;
      else if (speaking) scene.lines.push(line);
    }
  }
  return found;
}

/** Drops speakers without a word and scenes without a speech. */
function withoutEmptySpeeches(lines) {
  const isName = (line) => line !== undefined && /^[A-Z][A-Z'&, -]*:$/.test(line);
  return lines.filter((line, i) => !isName(line) || (i + 1 < lines.length && !isName(lines[i + 1])));
}

/** Documents of all plays, in the order of the plays. */
export function plays(textFolder) {
  return PLAYS.flatMap(([name, title]) => {
    const text = readFileSync(join(textFolder, `${name}_gut.txt`), "latin1");
    return scenes(text, NAMES[name])
      .map(({ heading, lines }) => ({ heading, lines: withoutEmptySpeeches(lines) }))
      .filter(({ lines }) => lines.length > 1)
      .map(({ heading, lines }) => `${title}, ${heading}\n${lines.join("\n")}`);
  });
}
