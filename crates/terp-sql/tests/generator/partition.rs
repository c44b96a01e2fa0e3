//! Partitions.

use terp_schema_model::Column;

use super::Generator;

impl Generator<'_> {
    pub(super) fn partitioning(&mut self, columns: &[Column]) -> String {
        let column = if self.rng.percent(60) { "`id`".to_owned() } else { self.column_name(columns) };
        let count = 1 + self.rng.below(4);
        match self.rng.below(13) {
            10 => format!(" PARTITION BY LINEAR KEY ({column}) PARTITIONS {count}"),
            11 => {
                let second = self.column_name(columns);
                format!(
                    " PARTITION BY RANGE COLUMNS ({column}, {second}) (PARTITION p0 VALUES LESS THAN (1, {}), PARTITION p1 VALUES LESS THAN (10, MAXVALUE))",
                    self.rng.pick(&["5", "'a'", "MAXVALUE"])
                )
            }
            12 => format!(
                " PARTITION BY RANGE ({column}) SUBPARTITION BY {} SUBPARTITIONS {count} (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE COMMENT = 'last')",
                self.rng.pick(&["HASH (`id`)", "KEY (`id`)", "LINEAR HASH (`id`)"])
            ),
            0..3 => {
                format!(" PARTITION BY {}HASH ({column}) PARTITIONS {count}", self.rng.pick(&["", "LINEAR "]))
            }
            3..5 => format!(" PARTITION BY KEY ({column}) PARTITIONS {count}"),
            5..8 => {
                let columns = self.rng.pick(&["", "", " COLUMNS"]);
                let sub =
                    if self.rng.percent(15) { " SUBPARTITION BY HASH (`id`) SUBPARTITIONS 2" } else { "" };
                let last = self.rng.pick(&["", ", PARTITION pm VALUES LESS THAN MAXVALUE"]);
                format!(
                    " PARTITION BY RANGE{columns} ({column}){sub} (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN ({}){last})",
                    self.rng.pick(&["20", "5", "100", "'x'"])
                )
            }
            _ => format!(
                " PARTITION BY LIST{} ({column}) (PARTITION p0 VALUES IN (1, 2), PARTITION p1 VALUES IN (3, {}))",
                self.rng.pick(&["", " COLUMNS"]),
                self.rng.pick(&["4", "NULL", "2"])
            ),
        }
    }

    pub(super) fn alter_partitions(&mut self, columns: &[Column]) -> String {
        match self.rng.below(12) {
            8 => format!("TRUNCATE PARTITION {}", self.rng.pick(&["p0", "ALL", "p0, p1", "p9"])),
            9 => format!("REBUILD PARTITION {}", self.rng.pick(&["p0", "ALL", "p1", "p9"])),
            10 => format!(
                "REORGANIZE PARTITION p0 INTO (PARTITION n0 VALUES {}, PARTITION n1 VALUES {})",
                self.rng.pick(&["LESS THAN (5)", "IN (1)", "LESS THAN (10)"]),
                self.rng.pick(&["LESS THAN (10)", "IN (2)", "LESS THAN (20)"])
            ),
            11 => format!(
                "REORGANIZE PARTITION p0, p1 INTO (PARTITION p0 VALUES {})",
                self.rng.pick(&["LESS THAN (20)", "IN (1, 2, 3, 4)", "LESS THAN (100)"])
            ),
            0 => "REMOVE PARTITIONING".to_owned(),
            1 => format!("ADD PARTITION PARTITIONS {}", 1 + self.rng.below(3)),
            2 => format!("COALESCE PARTITION {}", 1 + self.rng.below(3)),
            3 => format!("DROP PARTITION {}", self.rng.pick(&["p0", "p1", "pm", "p0, p1"])),
            4 => format!(
                "ADD PARTITION (PARTITION p{} VALUES LESS THAN ({}))",
                2 + self.rng.below(2),
                self.rng.pick(&["200", "1", "300"])
            ),
            5 => format!(
                "ADD PARTITION (PARTITION p{} VALUES IN ({}))",
                2 + self.rng.below(2),
                self.rng.pick(&["7", "1", "8, 9"])
            ),
            _ => self.partitioning(columns).trim_start().to_owned(),
        }
    }
}
