//! A plan as people read it: SQL that could be run, with what is known of each step as comments.

use terp_schema_model::quote;

use crate::plan::{Plan, Reversibility};

impl Plan {
    /// The plan as people read it.
    pub fn to_text(&self) -> String {
        if self.is_empty() {
            return "nothing to do\n".to_owned();
        }
        let mut out = String::new();
        let mut stage = None;
        for step in &self.steps {
            if stage != Some(step.stage) {
                stage = Some(step.stage);
                out += &format!("-- stage {}: {}\n", step.stage.number(), step.stage.as_str());
            }
            out += &format!("-- step {}: {}\n", step.number, step.object);
            for change in &step.changes {
                out += &format!("--   {change}\n");
            }
            if let Some(method) = &step.method {
                let lock = method.lock.as_deref().map_or(String::new(), |lock| format!(", LOCK={lock}"));
                let rebuilds = if method.rebuilds { ", the table is written anew" } else { "" };
                out += &format!("--   ALGORITHM={}{lock}{rebuilds}\n", method.algorithm);
                if let Some(reason) = &method.reason {
                    out += &format!("--     because {reason}\n");
                }
            }
            for risk in &step.risks {
                out += &format!("--   risk: {risk}\n");
            }
            for loss in &step.losses {
                out += &format!("--   loses: {} ({})\n", loss.what, loss.place);
            }
            out += &format!("--   back: {}\n", step.inverse.reversibility.as_str());
            if !step.inverse.because.is_empty() {
                out += &format!("--     {}\n", step.inverse.because);
            }
            for (name, value) in &step.session {
                out += &format!("SET SESSION {name} = {};\n", quote::string_literal(value, false));
            }
            out += &format!("{};\n", step.sql);
        }
        let irreversible = self
            .steps
            .iter()
            .filter(|step| step.inverse.reversibility == Reversibility::Irreversible)
            .count();
        out += &format!(
            "-- {} steps, {irreversible} of them irreversible where there is data\n",
            self.steps.len()
        );
        out
    }
}
