//! MySQL's printing of functions and of what has a function's form.

use super::call::{agreeing, cast_type, has_precision, native, precision, returning_type};
use super::compare::{Operand, agree, compared};
use super::mysql::{Printed, Printer};
use super::text_kind::{TextKind, text_kind};
use super::{ExprContext, ExprError, ExprPlace, as_literal, column, quote, refuse};
use crate::ast::{Expr, ExprKind, Ident, JsonOn, Literal};

impl Printer<'_> {
    pub(super) fn call(&self, expr: &Expr) -> Result<Printed, ExprError> {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Function { schema, name, args, stored, .. } => {
                self.function(expr, schema.as_ref(), name, args, *stored)
            }
            ExprKind::Cast { expr, target, array } => {
                if *array && self.cx.place != ExprPlace::IndexPart {
                    return Err(refuse::cast_array(span));
                }
                let ty = cast_type(target, span, self.cx)?;
                Printed::value(if *array {
                    // The members of an array have JSON's own character set, which is not shown.
                    let ty = ty.split(" charset ").next().unwrap_or(&ty);
                    format!("cast({} as {ty} array)", self.text(expr)?)
                } else {
                    format!("cast({} as {ty})", self.text(expr)?)
                })
            }
            ExprKind::ConvertUsing { expr, charset } => {
                let charset = refuse::charset(charset, self.cx)?;
                Printed::value(format!("convert({} using {charset})", self.text(expr)?))
            }
            ExprKind::Extract { unit, expr } => {
                Printed::value(format!("extract({} from {})", unit.to_ascii_lowercase(), self.text(expr)?))
            }
            ExprKind::Trim { side, remove, expr } => {
                let text = self.text(expr)?;
                let side = side.map(|s| format!("{} ", s.to_ascii_lowercase())).unwrap_or_default();
                Printed::value(match remove {
                    Some(remove) => format!("trim({side}{} from {text})", self.text(remove)?),
                    None if side.is_empty() => format!("trim({text})"),
                    // It is printed so that the server itself can't read it again.
                    None if self.cx.place == ExprPlace::Check => {
                        return Err(ExprError::unsupported("TRIM of a side without what to remove", span));
                    }
                    None => return Err(refuse::syntax(span)),
                })
            }
            ExprKind::Position { needle, haystack } => {
                let how = agree(&[needle, haystack], self.cx)?;
                let texts = [needle, haystack].into_iter().zip(&how).map(|(e, how)| self.operand(e, how));
                Printed::value(format!("locate({})", texts.collect::<Result<Vec<_>, _>>()?.join(",")))
            }
            // The character set is not shown.
            ExprKind::CharFunction { args, charset } => {
                if let Some(charset) = charset {
                    refuse::charset(charset, self.cx)?;
                }
                Printed::value(format!("char({})", self.list(args)?))
            }
            ExprKind::KeywordFunction { name, keyword, args } => {
                self.keyword_function(expr, name, keyword, args)
            }
            ExprKind::JsonValue { doc, path, returning, on_empty, on_error } => {
                let returning = match returning {
                    Some(target) => returning_type(target, span, self.cx)?,
                    None => "char(512)".to_owned(),
                };
                let mut text =
                    format!("json_value({}, {} returning {returning}", self.text(doc)?, self.text(path)?);
                for (on, what) in [(on_empty, "empty"), (on_error, "error")] {
                    match on {
                        Some(JsonOn::Null) => text.push_str(&format!(" null on {what}")),
                        Some(JsonOn::Error) => text.push_str(&format!(" error on {what}")),
                        Some(JsonOn::Default(value)) => {
                            text.push_str(&format!(" default {} on {what}", self.text(value)?));
                        }
                        None => {}
                    }
                }
                text.push(')');
                Printed::value(text)
            }
            ExprKind::DefaultOf(name) => {
                if self.cx.place == ExprPlace::IndexPart {
                    return Err(refuse::disallowed("default", span, self.cx));
                }
                if self.cx.place.in_query() {
                    return Err(ExprError::unsupported("DEFAULT() in a view", span));
                }
                let column = column(std::slice::from_ref(name), span, self.cx)?;
                Printed::value(format!("default({})", quote(column.name)))
            }
            _ => Err(refuse::construct(expr, self.cx)),
        }
    }

    fn keyword_function(
        &self,
        expr: &Expr,
        name: &Ident,
        keyword: &str,
        args: &[Expr],
    ) -> Result<Printed, ExprError> {
        Printed::value(match (name.value.to_ascii_lowercase().as_str(), args) {
            ("timestampadd", [amount, date]) => format!(
                "({} + interval {} {})",
                self.text(date)?,
                self.text(amount)?,
                keyword.to_ascii_lowercase()
            ),
            ("timestampdiff", [from, to]) => {
                format!("timestampdiff({keyword},{},{})", self.text(from)?, self.text(to)?)
            }
            ("get_format", [what]) => {
                let keyword = if keyword == "TIMESTAMP" { "DATETIME" } else { keyword };
                format!("get_format({keyword}, {})", self.text(what)?)
            }
            _ => return Err(ExprError::unsupported(format!("{}()", name.value), expr.span)),
        })
    }

    fn function(
        &self,
        expr: &Expr,
        schema: Option<&Ident>,
        name: &Ident,
        args: &[Expr],
        stored: bool,
    ) -> Result<Printed, ExprError> {
        let lower = name.value.to_ascii_lowercase();
        if lower == "interval" && schema.is_none() && args.len() >= 2 {
            refuse::not_in_partition(expr.span, self.cx)?;
            return Printed::value(format!("interval({})", self.list(args)?));
        }
        let function = native(schema, name, stored, args.len(), expr.span, self.cx)?;
        let texts = self.arguments(&lower, args)?;
        if let Some(text) = own_form(&lower, &texts) {
            return Ok(Printed { text, boolean: function.boolean() });
        }
        let printed = function.printed.unwrap_or(&lower);
        let text = if has_precision(&lower) {
            format!("{printed}{}", precision(args, expr.span)?)
        } else {
            format!("{printed}({})", texts.join(","))
        };
        Ok(Printed { text, boolean: function.boolean() })
    }

    fn arguments(&self, name: &str, args: &[Expr]) -> Result<Vec<String>, ExprError> {
        let mut how = vec![Operand::Plain; args.len()];
        if let ("nullif", [left, right]) = (name, args) {
            how = compared(left, right, self.cx)?.into();
        } else {
            let agreeing = agreeing(name, args.len());
            let operands = agreeing.iter().filter_map(|&i| args.get(i)).collect::<Vec<_>>();
            refuse_number_among_wide(&operands, self.cx)?;
            for (index, operand) in agreeing.into_iter().zip(agree(&operands, self.cx)?) {
                if let Some(slot) = how.get_mut(index) {
                    *slot = operand;
                }
            }
        }
        args.iter().zip(&how).map(|(arg, how)| self.operand(arg, how)).collect()
    }
}

/// A number that stands among texts of two or four bytes a character becomes a string of theirs.
fn refuse_number_among_wide(operands: &[&Expr], cx: &ExprContext<'_>) -> Result<(), ExprError> {
    let wide = operands.iter().find_map(|operand| match text_kind(operand, cx) {
        TextKind::Text(set) => matches!(set.as_str(), "ucs2" | "utf16" | "utf16le" | "utf32").then_some(set),
        _ => None,
    });
    let number = |operand: &&&Expr| match as_literal(operand) {
        Some(literal) => matches!(literal, Literal::Integer(_) | Literal::Decimal(_) | Literal::Float(_)),
        None => false,
    };
    match (wide, operands.iter().find(number)) {
        (Some(set), Some(operand)) => Err(ExprError::unsupported(format!("a string of {set}"), operand.span)),
        _ => Ok(()),
    }
}

/// Functions that become something else when they are parsed.
fn own_form(name: &str, args: &[String]) -> Option<String> {
    Some(match (name, args) {
        ("bin", [x]) => format!("conv({x},10,2)"),
        ("oct", [x]) => format!("conv({x},10,8)"),
        ("date", [x]) => format!("cast({x} as date)"),
        ("time", [x]) => format!("cast({x} as time)"),
        ("timestamp", [x]) => format!("cast({x} as datetime)"),
        ("datediff", [a, b]) => format!("(to_days({a}) - to_days({b}))"),
        ("from_unixtime", [x, format]) => format!("date_format(from_unixtime({x}),{format})"),
        ("instr", [text, sought]) => format!("locate({sought},{text})"),
        ("isnull", [x]) => format!("({x} is null)"),
        ("json_length", [doc, path]) => format!("json_length(json_extract({doc},{path}))"),
        ("json_value", [doc, path]) => format!("json_value({doc}, {path} returning char(512))"),
        ("mod", [a, b]) => format!("({a} % {b})"),
        ("round", [x]) => format!("round({x},0)"),
        // The session's default_week_format is taken to be its default.
        ("week", [x]) => format!("week({x},0)"),
        ("weekofyear", [x]) => format!("week({x},3)"),
        ("yearweek", [x]) => format!("yearweek({x},0)"),
        _ => return None,
    })
}
