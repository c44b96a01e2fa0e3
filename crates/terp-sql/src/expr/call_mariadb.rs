//! MariaDB's printing of functions and of what has a function's form.

use super::call::{agreeing, cast_type, has_precision, native, precision};
use super::compare::{Operand, agree, compared};
use super::mariadb::{Printed, Printer, prec};
use super::{ExprError, column, quote, refuse};
use crate::ast::{CastTarget, Expr, ExprKind, Ident, IsTest, TypeKeyword};

impl Printer<'_> {
    pub(super) fn call(&self, expr: &Expr) -> Result<Printed, ExprError> {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Function { schema, name, args, stored, .. } => {
                self.function(expr, schema.as_ref(), name, args, *stored)
            }
            ExprKind::Cast { expr, target, .. } => {
                let text = format!("cast({} as {})", self.text(expr)?, cast_type(target, span, self.cx)?);
                // Of all casts only those to dates and times don't count as operators.
                use TypeKeyword::{Date, DateTime, Inet4, Inet6, Time, Uuid};
                let operator = match target {
                    CastTarget::Type(ty) => {
                        !matches!(ty.keyword, Date | Time | DateTime | Inet4 | Inet6 | Uuid)
                    }
                    _ => true,
                };
                Ok(Printed { text, precedence: prec::HIGHEST, operator })
            }
            ExprKind::ConvertUsing { expr, charset } => {
                let charset = refuse::charset(charset, self.cx)?;
                Printed::atom(format!("convert({} using {charset})", self.text(expr)?))
            }
            ExprKind::Extract { unit, expr } => {
                Printed::atom(format!("extract({} from {})", unit.to_ascii_lowercase(), self.text(expr)?))
            }
            ExprKind::Trim { side, remove, expr } => {
                let text = self.text(expr)?;
                Printed::atom(match (remove, *side) {
                    (Some(remove), side) => {
                        let side = side.unwrap_or("BOTH").to_ascii_lowercase();
                        format!("trim({side} {} from {text})", self.text(remove)?)
                    }
                    (None, Some("LEADING")) => format!("ltrim({text})"),
                    (None, Some("TRAILING")) => format!("rtrim({text})"),
                    (None, _) => format!("trim({text})"),
                })
            }
            ExprKind::Position { needle, haystack } => {
                let how = agree(&[needle, haystack], self.cx)?;
                let texts = [needle, haystack].into_iter().zip(&how).map(|(e, how)| self.operand(e, how, 0));
                Printed::atom(format!("locate({})", texts.collect::<Result<Vec<_>, _>>()?.join(",")))
            }
            ExprKind::CharFunction { args, charset } => {
                let using = match charset {
                    Some(charset) => format!(" using {}", refuse::charset(charset, self.cx)?),
                    None => String::new(),
                };
                Printed::atom(format!("char({}{using})", self.list(args)?))
            }
            ExprKind::KeywordFunction { name, keyword, args } => {
                match (name.value.to_ascii_lowercase().as_str(), args.as_slice()) {
                    ("timestampadd", [amount, date]) => self.interval(date, amount, keyword, false),
                    ("timestampdiff", [from, to]) => Printed::atom(format!(
                        "timestampdiff({keyword},{},{})",
                        self.text(from)?,
                        self.text(to)?
                    )),
                    ("get_format", [what]) => {
                        let keyword = if keyword == "TIMESTAMP" { "DATETIME" } else { keyword };
                        Printed::atom(format!("get_format({keyword}, {})", self.text(what)?))
                    }
                    _ => Err(ExprError::unsupported(format!("{}()", name.value), span)),
                }
            }
            ExprKind::DefaultOf(name) => {
                if self.cx.place.in_query() {
                    return Err(ExprError::unsupported("DEFAULT() in a view", span));
                }
                let column = column(std::slice::from_ref(name), span, self.cx)?;
                Printed::atom(format!("default({})", quote(column.name)))
            }
            ExprKind::NextValue(name) => {
                refuse::next_value(span, self.cx)?;
                let schema = if name.len() < 2 { vec![quote(self.cx.schema)] } else { Vec::new() };
                let name = schema.into_iter().chain(name.iter().map(|part| quote(&part.value)));
                Printed::atom(format!("nextval({})", name.collect::<Vec<_>>().join(".")))
            }
            ExprKind::Variable(written) => {
                refuse::variable(written, span, self.cx)?;
                match written.strip_prefix('@') {
                    Some(name) if !name.starts_with(['@', '`', '\'', '"']) => {
                        Printed::atom(format!("@{}", quote(name)))
                    }
                    _ => Err(ExprError::unsupported("a system variable", span)),
                }
            }
            _ => Err(refuse::construct(expr, self.cx)),
        }
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
            return Printed::atom(format!("interval({})", self.list(args)?));
        }
        let function = native(schema, name, stored, args.len(), expr.span, self.cx)?;
        if let Some(printed) = self.own_form(&lower, args)? {
            return Ok(printed);
        }
        let printed = function.printed.unwrap_or(&lower);
        if has_precision(&lower) {
            return Printed::atom(format!("{printed}{}", precision(args, expr.span)?));
        }
        let mut how = vec![Operand::Plain; args.len()];
        if let ("nullif", [left, right]) = (lower.as_str(), args) {
            how = compared(left, right, self.cx)?.into();
        } else {
            let agreeing = agreeing(&lower, args.len());
            let operands = agreeing.iter().filter_map(|&i| args.get(i)).collect::<Vec<_>>();
            for (index, operand) in agreeing.into_iter().zip(agree(&operands, self.cx)?) {
                if let Some(slot) = how.get_mut(index) {
                    *slot = operand;
                }
            }
        }
        let texts = args.iter().zip(&how).map(|(arg, how)| self.operand(arg, how, 0));
        let text = format!("{printed}({})", texts.collect::<Result<Vec<_>, _>>()?.join(","));
        Ok(Printed { text, precedence: prec::HIGHEST, operator: function.operator() })
    }

    /// Functions that become something else when they are parsed.
    fn own_form(&self, name: &str, args: &[Expr]) -> Result<Option<Printed>, ExprError> {
        let text = |e: &Expr| self.text(e);
        let printed = match (name, args) {
            ("bin", [x]) => Printed::atom(format!("conv({},10,2)", text(x)?)),
            ("oct", [x]) => Printed::atom(format!("conv({},10,8)", text(x)?)),
            ("date", [x]) => Printed::atom(format!("cast({} as date)", text(x)?)),
            ("time", [x]) => Printed::atom(format!("cast({} as time)", text(x)?)),
            ("timestamp", [x]) => Printed::atom(format!("cast({} as datetime)", text(x)?)),
            ("datediff", [a, b]) => {
                Printed::operator(format!("to_days({}) - to_days({})", text(a)?, text(b)?), prec::ADD)
            }
            ("from_unixtime", [x, format]) => {
                Printed::atom(format!("date_format(from_unixtime({}),{})", text(x)?, text(format)?))
            }
            ("instr", [within, sought]) => {
                let how = agree(&[sought, within], self.cx)?;
                let texts = [sought, within].into_iter().zip(&how).map(|(e, how)| self.operand(e, how, 0));
                Printed::atom(format!("locate({})", texts.collect::<Result<Vec<_>, _>>()?.join(",")))
            }
            ("isnull", [x]) => self.is(x, IsTest::Null, false),
            ("mod", [a, b]) => self.infix(a, "MOD", b, prec::MULTIPLY),
            ("round", [x]) => Printed::atom(format!("round({},0)", text(x)?)),
            ("weekofyear", [x]) => Printed::atom(format!("week({},3)", text(x)?)),
            ("yearweek", [x]) => Printed::atom(format!("yearweek({},0)", text(x)?)),
            ("chr", [x]) => Printed::atom(format!("char({} using {})", text(x)?, self.cx.connection.charset)),
            ("to_char", [x]) => Printed::atom(format!("to_char({},'YYYY-MM-DD HH24:MI:SS')", text(x)?)),
            ("add_months", [date, months]) => self.interval(date, months, "MONTH", false),
            _ => return Ok(None),
        };
        printed.map(Some)
    }
}
