/** Tables of BENCHMARKS.md from the file that `cargo xtask bench --json FILE` wrote: `node table.mjs FILE`. */
import { readFileSync } from 'node:fs';

const { rows } = JSON.parse(readFileSync(process.argv[2], 'utf8'));

const number = (value) => (value >= 1000 ? Math.round(value).toLocaleString('en-US') : Number(value.toPrecision(3)).toString());
const line = (cells) => `| ${cells.join(' | ')} |`;

/** The best peer of a row, if any was measured. */
function best({ peers }) {
  const [name, value] = Object.entries(peers).reduce((a, b) => (b[1] > a[1] ? b : a), ['', 0]);
  return value > 0 ? { name, value } : undefined;
}

function cells(row) {
  const peer = best(row);
  const [low, high] = row.spread;
  return [
    `${row.op} ${row.shape.join('×')}`,
    `${row.threads}`,
    `${number(row.ours)} (${number(low)}–${number(high)})`,
    row.fraction_of_peak === undefined || row.fraction_of_peak === null ? '' : `${Math.round(100 * row.fraction_of_peak)} %`,
    peer ? `${number(peer.value)} (${peer.name})` : '',
    peer ? `${(row.ours / peer.value).toFixed(2)} ×` : '',
  ];
}

for (const group of [...new Set(rows.map((row) => row.group))]) {
  const those = rows.filter((row) => row.group === group);
  const units = [...new Set(those.map((row) => row.unit))].join(', ');
  console.log(`### ${group} (${units})\n`);
  console.log(line(['work', 'threads', 'this engine (spread)', 'of the peak', 'best peer', 'ratio']));
  console.log(line(['---', '---:', '---:', '---:', '---:', '---:']));
  those.forEach((row) => console.log(line(cells(row))));
  console.log();
}
