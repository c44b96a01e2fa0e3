//! Variables of the session that change what DDL means.

use super::Generator;

impl Generator<'_> {
    pub(super) fn set_variable(&mut self) -> String {
        match self.rng.below(10) {
            0..5 => format!("SET foreign_key_checks = {}", self.rng.below(2)),
            5..8 => {
                let mode = self.rng.pick(&[
                    "''",
                    "DEFAULT",
                    "DEFAULT",
                    "'NO_ENGINE_SUBSTITUTION'",
                    "'STRICT_TRANS_TABLES,NO_ZERO_DATE'",
                    "'STRICT_ALL_TABLES,ALLOW_INVALID_DATES'",
                ]);
                format!("SET sql_mode = {mode}")
            }
            _ => "SET sql_mode = DEFAULT".to_owned(),
        }
    }
}
