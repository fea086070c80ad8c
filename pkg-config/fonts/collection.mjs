// One face of a font file, which may be a collection (`.ttc`) of several: https://learn.microsoft.com/typography/opentype/spec/otff

/** The face whose full name matches, as a font file of its own; throws with the names that there are. */
export function faceOf(file, wanted) {
  const collection = file.toString("latin1", 0, 4) === "ttcf";
  const starts = collection ? Array.from({ length: file.readUInt32BE(8) }, (_, i) => file.readUInt32BE(12 + 4 * i)) : [0];
  const names = starts.map((start) => fullName(file, tablesAt(file, start)));
  const found = names.findIndex((name) => wanted.test(name));
  if (found < 0) throw new Error(`no face matches ${wanted}: the file has ${names.join(", ")}`);
  return { name: names[found], font: collection ? alone(file, starts[found]) : file };
}

function tablesAt(file, start) {
  return Array.from({ length: file.readUInt16BE(start + 4) }, (_, i) => {
    const at = start + 12 + 16 * i;
    return { tag: file.toString("latin1", at, at + 4), record: file.subarray(at, at + 16), offset: file.readUInt32BE(at + 8), length: file.readUInt32BE(at + 12) };
  });
}

/** The English full name, name 4 of Windows' names. */
function fullName(file, tables) {
  const { offset } = tables.find(({ tag }) => tag === "name");
  const strings = offset + file.readUInt16BE(offset + 4);
  for (let i = 0; i < file.readUInt16BE(offset + 2); i++) {
    const [platform, , language, id, length, start] = Array.from({ length: 6 }, (_, field) => file.readUInt16BE(offset + 6 + 12 * i + 2 * field));
    if (platform !== 3 || language !== 0x409 || id !== 4) continue;
    return Buffer.from(file.subarray(strings + start, strings + start + length)).swap16().toString("utf16le");
  }
  return "(without a name)";
}

/** The tables of one face behind a directory of their own. */
function alone(file, start) {
  const tables = tablesAt(file, start);
  const head = Buffer.alloc(12 + 16 * tables.length);
  file.copy(head, 0, start, start + 12);
  const parts = [head];
  let end = head.length;
  tables.forEach(({ record, offset, length }, i) => {
    record.copy(head, 12 + 16 * i);
    head.writeUInt32BE(end, 12 + 16 * i + 8);
    const padded = Buffer.alloc(4 * Math.ceil(length / 4));
    file.copy(padded, 0, offset, offset + length);
    parts.push(padded);
    end += padded.length;
  });
  return Buffer.concat(parts);
}
