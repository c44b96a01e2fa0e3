//! Expressions of columns, checks and key parts.

use super::{COLUMNS, Generator, quoted};

impl Generator<'_> {
    /// An expression over whichever columns there may be.
    pub(super) fn expression(&mut self) -> String {
        let column = quoted(self.rng.pick(&COLUMNS));
        let template = self.rng.pick(&[
            "{} + 1",
            "{} * 2",
            "concat({}, 'x')",
            "upper({})",
            "coalesce({}, 0)",
            "abs({})",
            "{} IS NOT NULL",
            "if({} > 0, 1, 0)",
            "length({})",
            "lower({})",
            "({} + 1)",
            "{}",
            "now()",
            "substr({}, 1, 2)",
            "{} div 2",
            "ifnull({}, 'x')",
        ]);
        template.replace("{}", &column)
    }

    pub(super) fn condition(&mut self) -> String {
        let column = quoted(self.rng.pick(&COLUMNS));
        self.condition_on(&column)
    }

    pub(super) fn condition_on(&mut self, column: &str) -> String {
        let template = self.rng.pick(&[
            "{} > 0",
            "{} <> ''",
            "{} IS NOT NULL",
            "{} BETWEEN 1 AND 10",
            "{} IN (1, 2, 3)",
            "length({}) > 1",
            "{} >= 0 AND {} < 100",
            "{} = 'a' OR {} IS NULL",
            "NOT {}",
            "{} + 1 > 2",
            "now() > {}",
            "{} LIKE 'a%'",
        ]);
        template.replace("{}", column)
    }
}
