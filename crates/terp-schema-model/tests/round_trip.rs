//! Every model survives being written as JSON and as TOML.

mod common;

use proptest::prelude::*;
use terp_schema_model::{SchemaFile, Syntax};

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn json_and_toml_give_back_what_was_written(file in common::schema_file()) {
        for syntax in [Syntax::Json, Syntax::Toml] {
            let text = file.to_text(syntax).map_err(|e| TestCaseError::fail(e.to_string()))?;
            let read = SchemaFile::from_text(&text, syntax)
                .map_err(|e| TestCaseError::fail(format!("{e}\n{text}")))?;
            prop_assert_eq!(&read, &file);
        }
    }

    /// Rendering has no input that it panics on, whatever nonsense the model says.
    #[test]
    fn rendering_takes_any_model(file in common::schema_file()) {
        for table in &file.schema.tables {
            let shown = terp_schema_model::render::show_create_table(table, file.flavor);
            let sent = terp_schema_model::render::create_table(table, file.flavor);
            prop_assert!(shown.starts_with("CREATE TABLE `"));
            prop_assert!(sent.starts_with("CREATE TABLE `"));
        }
    }
}
