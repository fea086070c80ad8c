//! A timeline as text, for documentation and debugging: a row a rank, a cell a unit of time.

use std::fmt;

use super::{Action, SpanKind, Timeline};

/// The most cells of a row; longer timelines are drawn with a longer unit.
const MAX_CELLS: f64 = 400.0;

/// Draws rows of cells, as long as the shortest computation: `F3` a forward of micro-batch 3, `B3` a backward (`W3` the second part of a
/// split one), `--` its continuation, `.` waiting, `~` transfer, `O` the optimizer step. With several chunks on a rank, a letter
/// tells which.
impl fmt::Display for Timeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lengths = self.spans.iter().filter(|span| span.kind == SpanKind::Compute).map(|span| span.end - span.start);
        let shortest = lengths.filter(|&length| length > 0.0).fold(f64::INFINITY, f64::min);
        let unit = shortest.max(self.makespan / MAX_CELLS);
        let rows: Vec<Vec<String>> = (0..self.ranks.len()).map(|rank| self.row(rank, unit)).collect();
        let width = rows.iter().flatten().map(String::len).max().unwrap_or(0);
        for row in rows {
            let cells: Vec<String> = row.into_iter().map(|cell| format!("{cell:width$}")).collect();
            writeln!(f, "{}", cells.join(" ").trim_end())?;
        }
        Ok(())
    }
}

impl Timeline {
    fn row(&self, rank: usize, unit: f64) -> Vec<String> {
        let cell = |seconds: f64| if unit > 0.0 && unit.is_finite() { (seconds / unit).round() as usize } else { 0 };
        let mut row = vec![".".to_owned(); cell(self.makespan)];
        for span in self.spans.iter().filter(|span| span.rank == rank && span.kind != SpanKind::Wait) {
            let label = match span.kind {
                SpanKind::Transfer => "~".to_owned(),
                _ => span.action.map_or_else(String::new, |action| self.label(action)),
            };
            let continued = if span.kind == SpanKind::Transfer { "~" } else { "--" };
            for (index, at) in (cell(span.start)..cell(span.end).min(row.len())).enumerate() {
                row[at] = if index == 0 { label.clone() } else { continued.to_owned() };
            }
        }
        row
    }

    fn label(&self, action: Action) -> String {
        let letter = match action {
            Action::Forward { .. } => 'F',
            Action::Backward { .. } | Action::BackwardInput { .. } => 'B',
            Action::BackwardWeight { .. } => 'W',
            _ => 'O',
        };
        let Some((micro_batch, virtual_stage)) = action.place() else { return letter.to_string() };
        let ranks = self.ranks.len();
        let interleaved = self.utilisation.len() > ranks;
        let chunk = if interleaved { ["a", "b", "c", "d", "e", "f", "g", "h"][virtual_stage / ranks % 8] } else { "" };
        format!("{letter}{micro_batch}{chunk}")
    }
}
