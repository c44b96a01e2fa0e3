//! The comparisons as text: a table of counts where there are several, then each difference once, with the places of
//! all views that have it so.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use super::{CUT, Text, clean};
use crate::finding::Place;
use crate::report::{Changed, Comparison, Named};
use crate::rules::{count, joined};

/// Above this number, cosmetic differences of one kind are counted and not listed.
const COSMETIC: usize = 4;

/// One difference.
struct Line<'a> {
    /// `-` missing, `+` extra, `~` changed, `=` cosmetic.
    sign: char,
    text: String,
    /// The views that say where they have it.
    places: Vec<(&'a str, &'a Place)>,
    /// Whether it counts several differences: then another line like it need not mean the same ones.
    counts_several: bool,
}

impl<'a> Line<'a> {
    fn new(
        sign: char,
        text: String,
        comparison: &'a Comparison,
        left: Option<&'a Place>,
        right: Option<&'a Place>,
    ) -> Self {
        let mut line = Self { sign, text, places: Vec::new(), counts_several: false };
        line.places.extend(left.map(|place| (comparison.left.as_str(), place)));
        line.places.extend(right.map(|place| (comparison.right.as_str(), place)));
        line
    }
}

/// The first differences that are drift: each in a few words, and where the views have it.
pub(crate) fn first_differences(comparison: &Comparison, limit: usize) -> Vec<(String, Vec<Place>)> {
    let lines = difference_lines(comparison).into_iter().filter(|line| line.sign != '=');
    let told = lines.take(limit).map(|line| {
        let places = line.places.iter().map(|(view, place)| match &place.label {
            Some(label) => (*place).clone().labelled(format!("{view}: {label}")),
            None => (*place).clone().labelled(*view),
        });
        (format!("{} {}", line.sign, line.text), places.collect())
    });
    told.collect()
}

impl Text<'_> {
    pub(super) fn comparisons(&mut self, comparisons: &[Comparison]) -> fmt::Result {
        if comparisons.len() > 1 {
            self.matrix(comparisons)?;
        }
        let (listed, same) = grouped(comparisons);
        for ((comparison, lines), same) in comparisons.iter().zip(&listed).zip(&same) {
            let same = same.iter().filter_map(|(at, number)| Some((comparisons.get(*at)?, *number)));
            self.comparison(comparison, lines, &same.collect::<Vec<_>>())?;
        }
        Ok(())
    }

    /// One row for each sort of difference that is there at all, one column for each comparison.
    fn matrix(&mut self, comparisons: &[Comparison]) -> fmt::Result {
        let mut rows: Vec<(&str, Vec<usize>)> = Vec::new();
        for (at, comparison) in comparisons.iter().enumerate() {
            for (row, (name, number)) in comparison.matrix.rows().enumerate() {
                if at == 0 {
                    rows.push((name, Vec::with_capacity(comparisons.len())));
                }
                if let Some((_, numbers)) = rows.get_mut(row) {
                    numbers.push(number);
                }
            }
        }
        rows.retain(|(_, numbers)| numbers.iter().any(|number| *number > 0));
        if rows.is_empty() {
            return Ok(());
        }
        let headings: Vec<String> = comparisons.iter().map(names).collect();
        let width =
            rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default().max("differences".len());
        let head: String = headings.iter().map(|heading| format!("   {heading}")).collect();
        writeln!(self.out, "  {:<width$}{head}", "differences")?;
        for (name, numbers) in rows {
            let cells = numbers.iter().zip(&headings).map(|(number, heading)| {
                let width = heading.chars().count() + 3;
                format!("{number:>width$}")
            });
            writeln!(self.out, "  {name:<width$}{}", cells.collect::<String>())?;
        }
        writeln!(self.out)
    }

    /// One comparison: `same` are earlier ones which have some of its differences too, so that they are not listed
    /// again.
    fn comparison(
        &mut self,
        comparison: &Comparison,
        lines: &[Line<'_>],
        same: &[(&Comparison, usize)],
    ) -> fmt::Result {
        let counts = comparison.counts;
        let parts: Vec<String> = [
            (counts.substance, "of substance"),
            (counts.name_only, "of names only"),
            (counts.cosmetic, "cosmetic"),
        ]
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, of)| format!("{number} {of}"))
        .collect();
        let nothing = if comparison.unchecked_tables.is_empty() && !comparison.unchecked_programs {
            "no difference"
        } else {
            "no difference in what was checked"
        };
        let total = counts.substance + counts.name_only + counts.cosmetic;
        let mut what = if total == 0 {
            nothing.to_owned()
        } else if comparison.has_drift() {
            format!("{} ({})", count(total, "difference"), parts.join(", "))
        } else {
            format!("{nothing} but {}", parts.join(", "))
        };
        let shared: Vec<String> = same
            .iter()
            .map(|(other, number)| match (*number == total, number) {
                (true, _) => format!("the same as {}", names(other)),
                (false, 1) => format!("1 of them as {}", names(other)),
                (false, number) => format!("{number} of them as {}", names(other)),
            })
            .collect();
        if !shared.is_empty() {
            what = format!("{what}, {}", joined(&shared));
        }
        writeln!(self.out, "  comparison  {}: {what}", names(comparison))?;
        for line in lines.iter().take(self.options.limit) {
            self.line(line)?;
        }
        if lines.len() > self.options.limit {
            writeln!(self.out, "    and {} more {CUT}", lines.len() - self.options.limit)?;
        }
        self.unchecked(&comparison.unchecked_tables)?;
        self.unchecked_programs(comparison)
    }

    fn line(&mut self, line: &Line<'_>) -> fmt::Result {
        let color = match line.sign {
            '-' => "31",
            '+' => "32",
            '~' => "33",
            _ => "2",
        };
        let text = format!("{} {}", line.sign, clean(&line.text));
        writeln!(self.out, "    {}", self.paint(color, &text))?;
        if line.places.is_empty() {
            return Ok(());
        }
        let places: Vec<String> = line
            .places
            .iter()
            .map(|(view, place)| format!("{} at {}", clean(view), super::place_text(place)))
            .collect();
        writeln!(self.out, "        {}", self.paint("2", &places.join(", ")))
    }

    fn unchecked_programs(&mut self, comparison: &Comparison) -> fmt::Result {
        let names = &comparison.unchecked_program_names;
        if !names.is_empty() {
            let shown = self.cut(names);
            writeln!(self.out, "    not compared, since something about them is not checked: {shown}")?;
        }
        if !comparison.beyond.is_empty() {
            let shown = self.cut(&comparison.beyond);
            writeln!(self.out, "    not compared, since one side has no way to say it: {shown}")?;
        }
        if !comparison.as_shown.is_empty() {
            let shown = self.cut(&comparison.as_shown);
            writeln!(
                self.out,
                "    compared as SHOW CREATE shows them, with ? for each character beyond U+FFFF: {shown}"
            )?;
        }
        if names.is_empty() && comparison.unchecked_programs {
            writeln!(
                self.out,
                "    views and stored programs are not compared, since there may be some that are not known"
            )?;
        }
        Ok(())
    }

    /// Names, as many as are shown of anything.
    fn cut(&self, names: &[String]) -> String {
        let shown = clean(&names[..names.len().min(self.options.limit)].join(", "));
        if names.len() > self.options.limit {
            format!("{shown} and {} more {CUT}", names.len() - self.options.limit)
        } else {
            shown
        }
    }

    fn unchecked(&mut self, tables: &[String]) -> fmt::Result {
        if tables.is_empty() {
            return Ok(());
        }
        let names = self.cut(tables);
        writeln!(
            self.out,
            "    {} not compared, since statements on them are not checked: {names}",
            count(tables.len(), "table")
        )
    }
}

fn names(comparison: &Comparison) -> String {
    format!("{} -> {}", clean(&comparison.left), clean(&comparison.right))
}

/// How many differences of a comparison an earlier one, by its position, has too.
type Same = BTreeMap<usize, usize>;

/// The lines of each comparison. What an earlier one with a side in common lists already gets this one's places there,
/// and is counted here: with three views, what the first has alone differs from the second as from the third.
fn grouped(comparisons: &[Comparison]) -> (Vec<Vec<Line<'_>>>, Vec<Same>) {
    let mut listed: Vec<Vec<Line<'_>>> = Vec::with_capacity(comparisons.len());
    let mut same: Vec<Same> = Vec::with_capacity(comparisons.len());
    let mut known: HashMap<(char, String), (usize, usize)> = HashMap::new();
    for (at, comparison) in comparisons.iter().enumerate() {
        let (mut own, mut shared) = (Vec::new(), Same::new());
        for line in difference_lines(comparison) {
            let key = (line.sign, line.text.clone());
            let earlier = known.get(&key).copied().filter(|(owner, _)| {
                comparisons
                    .get(*owner)
                    .is_some_and(|owner| owner.left == comparison.left || owner.right == comparison.right)
            });
            let there =
                earlier.and_then(|(owner, line)| Some((owner, listed.get_mut(owner)?.get_mut(line)?)));
            match there {
                Some((owner, there)) if !line.counts_several => {
                    for place in line.places {
                        if !there.places.contains(&place) {
                            there.places.push(place);
                        }
                    }
                    *shared.entry(owner).or_default() += 1;
                }
                _ => {
                    known.entry(key).or_insert((at, own.len()));
                    own.push(line);
                }
            }
        }
        listed.push(own);
        same.push(shared);
    }
    (listed, same)
}

fn difference_lines(comparison: &Comparison) -> Vec<Line<'_>> {
    let mut lines: Vec<Line<'_>> = Vec::new();
    for (sign, tables) in [('-', &comparison.missing_tables), ('+', &comparison.extra_tables)] {
        lines.extend(tables.iter().map(|table| {
            let (left, right) = comparison.places_of_table(table);
            Line::new(sign, format!("table {table}"), comparison, left, right)
        }));
    }
    let lone: [(char, &Vec<Named>); 12] = [
        ('-', &comparison.missing_columns),
        ('+', &comparison.extra_columns),
        ('-', &comparison.missing_primary_keys),
        ('+', &comparison.extra_primary_keys),
        ('-', &comparison.missing_indexes),
        ('+', &comparison.extra_indexes),
        ('-', &comparison.missing_foreign_keys),
        ('+', &comparison.extra_foreign_keys),
        ('-', &comparison.missing_checks),
        ('+', &comparison.extra_checks),
        ('-', &comparison.missing_programs),
        ('+', &comparison.extra_programs),
    ];
    for (sign, list) in lone {
        lines.extend(list.iter().map(|named| {
            let Named { path, sql, left_place, right_place } = named;
            Line::new(sign, format!("{path}: {sql}"), comparison, left_place.as_ref(), right_place.as_ref())
        }));
    }
    let changed = |sign: char, how: &str, changed: &'_ Changed| {
        (sign, format!("{}, {how}: {} -> {}", changed.path, changed.before, changed.after))
    };
    for change in &comparison.changed {
        let (sign, text) = changed('~', change.kind.id(), change);
        let (left, right) = (change.left_place.as_ref(), change.right_place.as_ref());
        lines.push(Line::new(sign, text, comparison, left, right));
    }
    for renamed in &comparison.renamed {
        let text = format!("{}, name only: {} -> {}", renamed.path, renamed.before, renamed.after);
        let (left, right) = (renamed.left_place.as_ref(), renamed.right_place.as_ref());
        lines.push(Line::new('~', text, comparison, left, right));
    }
    let mut by_kind: BTreeMap<&str, Vec<&Changed>> = BTreeMap::new();
    for change in &comparison.cosmetic {
        by_kind.entry(change.kind.id()).or_default().push(change);
    }
    for (kind, list) in by_kind {
        if list.len() > COSMETIC {
            let tables: BTreeSet<_> = list.iter().map(|changed| &changed.path.table).collect();
            let text = format!("{kind}, cosmetic: {} in {} {CUT}", list.len(), count(tables.len(), "table"));
            lines.push(Line { sign: '=', text, places: Vec::new(), counts_several: true });
        } else {
            lines.extend(list.iter().map(|change| {
                let (sign, text) = changed('=', &format!("{kind}, cosmetic"), change);
                let (left, right) = (change.left_place.as_ref(), change.right_place.as_ref());
                Line::new(sign, text, comparison, left, right)
            }));
        }
    }
    lines
}
