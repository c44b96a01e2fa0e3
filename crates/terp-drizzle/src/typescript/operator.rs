//! Operators.

use std::rc::Rc;

use oxc_syntax::operator::{BinaryOperator as Binary, UnaryOperator as Unary};

use crate::typescript::interpreter::{Evaluated, Interpreter, throw};
use crate::typescript::number;
use crate::typescript::skipped::Skipped;
use crate::typescript::value::{Property, Site, Unknown, Value};

impl<'a> Interpreter<'a> {
    pub(super) fn unary_value(&mut self, operator: Unary, value: &Value<'a>, at: Site) -> Evaluated<'a> {
        Ok(match operator {
            Unary::Void => Value::Undefined,
            Unary::Typeof => match value.type_of() {
                Some(name) => Value::string(name),
                None => Value::Unknown(self.why(value, at)),
            },
            Unary::LogicalNot => match value.truthy() {
                Some(truthy) => Value::Bool(!truthy),
                None => Value::Unknown(self.why(value, at)),
            },
            Unary::UnaryNegation => match value {
                Value::BigInt(digits) => {
                    let negated = match digits.strip_prefix('-') {
                        Some(positive) => positive.to_owned(),
                        None if &**digits == "0" => "0".to_owned(),
                        None => format!("-{digits}"),
                    };
                    Value::BigInt(negated.into())
                }
                other => match self.number(other, at) {
                    Ok(number) => Value::Number(-number),
                    Err(why) => Value::Unknown(why),
                },
            },
            Unary::UnaryPlus => match self.number(value, at) {
                Ok(number) => Value::Number(number),
                Err(why) => Value::Unknown(why),
            },
            Unary::BitwiseNot => match self.number(value, at) {
                Ok(number) => Value::Number(f64::from(!number::to_int32(number))),
                Err(why) => Value::Unknown(why),
            },
            Unary::Delete => Value::Bool(true),
        })
    }

    /// What `Number(value)` gives.
    pub(super) fn number(&self, value: &Value<'a>, at: Site) -> Result<f64, Rc<Unknown>> {
        Ok(match value {
            Value::Number(number) => *number,
            Value::Undefined => f64::NAN,
            Value::Null => 0.0,
            Value::Bool(value) => f64::from(u8::from(*value)),
            Value::String(text) => number::of_text(text),
            Value::BigInt(digits) => digits.parse().unwrap_or(f64::NAN),
            Value::Date(time) => *time,
            Value::Array(_) => match value.to_text() {
                Ok(text) => number::of_text(&text),
                Err(_) => return Err(self.why(value, at)),
            },
            Value::Unknown(_) | Value::Foreign(_) => return Err(self.why(value, at)),
            _ => f64::NAN,
        })
    }

    pub(super) fn binary(
        &mut self,
        operator: Binary,
        left: &Value<'a>,
        right: &Value<'a>,
        at: Site,
    ) -> Evaluated<'a> {
        for side in [left, right] {
            let is_unknown = matches!(side, Value::Unknown(_) | Value::Foreign(_));
            if is_unknown && !matches!(operator, Binary::In | Binary::Instanceof) {
                return Ok(Value::Unknown(self.why(side, at)));
            }
        }
        let equality = |equal: Option<bool>, wanted: bool| match equal {
            Some(equal) => Value::Bool(equal == wanted),
            None => Value::unknown("whether these are equal is not known", at),
        };
        Ok(match operator {
            Binary::StrictEquality => equality(left.strictly_equals(right), true),
            Binary::StrictInequality => equality(left.strictly_equals(right), false),
            Binary::Equality => equality(self.loosely_equal(left, right, at), true),
            Binary::Inequality => equality(self.loosely_equal(left, right, at), false),
            Binary::Addition => return self.add(left, right, at),
            Binary::LessThan | Binary::LessEqualThan | Binary::GreaterThan | Binary::GreaterEqualThan => {
                self.compare(operator, left, right, at)
            }
            Binary::In => match right {
                Value::Object(object) => match self.text(left, at)? {
                    Ok(key) => Value::Bool(object.properties.borrow().get(&key).is_some()),
                    Err(why) => Value::Unknown(why),
                },
                _ => Value::unknown("`in` is evaluated for plain objects only", at),
            },
            Binary::Instanceof => Value::unknown("`instanceof` is not evaluated here", at),
            _ => {
                if let (Value::BigInt(_), _) | (_, Value::BigInt(_)) = (left, right) {
                    return Ok(Value::unknown("arithmetic on bigint values is not evaluated here", at));
                }
                match (self.number(left, at), self.number(right, at)) {
                    (Ok(left), Ok(right)) => Value::Number(arithmetic(operator, left, right)),
                    (Err(why), _) | (_, Err(why)) => Value::Unknown(why),
                }
            }
        })
    }

    fn add(&mut self, left: &Value<'a>, right: &Value<'a>, at: Site) -> Evaluated<'a> {
        let joins = |value: &Value<'a>| {
            matches!(
                value,
                Value::String(_)
                    | Value::Array(_)
                    | Value::Object(_)
                    | Value::Date(_)
                    | Value::Function(_)
                    | Value::Drizzle(_)
            )
        };
        if joins(left) || joins(right) {
            return Ok(match (self.text(left, at)?, self.text(right, at)?) {
                (Ok(left), Ok(right)) => self.sized(format!("{left}{right}"), at),
                (Err(why), _) | (_, Err(why)) => Value::Unknown(why),
            });
        }
        if let (Value::BigInt(_), _) | (_, Value::BigInt(_)) = (left, right) {
            return Ok(Value::unknown("arithmetic on bigint values is not evaluated here", at));
        }
        Ok(match (self.number(left, at), self.number(right, at)) {
            (Ok(left), Ok(right)) => Value::Number(left + right),
            (Err(why), _) | (_, Err(why)) => Value::Unknown(why),
        })
    }

    fn compare(&self, operator: Binary, left: &Value<'a>, right: &Value<'a>, at: Site) -> Value<'a> {
        use std::cmp::Ordering;
        let order = match (left, right) {
            (Value::String(left), Value::String(right)) => {
                Some(left.encode_utf16().cmp(right.encode_utf16()))
            }
            _ => match (self.number(left, at), self.number(right, at)) {
                (Ok(left), Ok(right)) => left.partial_cmp(&right),
                (Err(why), _) | (_, Err(why)) => return Value::Unknown(why),
            },
        };
        Value::Bool(match operator {
            Binary::LessThan => order == Some(Ordering::Less),
            Binary::LessEqualThan => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            Binary::GreaterThan => order == Some(Ordering::Greater),
            _ => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        })
    }

    fn loosely_equal(&self, left: &Value<'a>, right: &Value<'a>, at: Site) -> Option<bool> {
        if left.is_nullish() || right.is_nullish() {
            return Some(left.is_nullish() && right.is_nullish());
        }
        let primitive = |value: &Value<'a>| {
            matches!(value, Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::BigInt(_))
        };
        if std::mem::discriminant(left) == std::mem::discriminant(right)
            || !primitive(left) && !primitive(right)
        {
            return left.strictly_equals(right);
        }
        if primitive(left) && primitive(right) {
            return Some(self.number(left, at).ok()? == self.number(right, at).ok()?);
        }
        None
    }

    /// `new`.
    pub(super) fn new_object(
        &mut self,
        new: &'a oxc_ast::ast::NewExpression<'a>,
        scope: &Rc<super::scope::Scope<'a>>,
        at: Site,
    ) -> Evaluated<'a> {
        let class = self.expression(&new.callee, scope)?;
        let arguments = match self.arguments(&new.arguments, scope)? {
            Ok(arguments) => arguments,
            Err(why) => {
                self.may_have_run(Skipped::New(new), scope, &why);
                return Ok(Value::Unknown(why));
            }
        };
        let made = self.instance(new, &class, &arguments, at)?;
        // A constructor that is not evaluated may change what it is given.
        if let (Value::Unknown(why), false) = (&made, matches!(class, Value::Builtin(_))) {
            arguments.iter().for_each(|argument| self.taint(argument, why));
            self.taint(&class, why);
        }
        Ok(made)
    }

    fn instance(
        &mut self,
        new: &'a oxc_ast::ast::NewExpression<'a>,
        class: &Value<'a>,
        arguments: &[Value<'a>],
        at: Site,
    ) -> Evaluated<'a> {
        match class {
            Value::Builtin(builtin) => super::builtin::construct(self, *builtin, arguments, at),
            Value::Foreign(_) | Value::Unknown(_) => Ok(class.clone()),
            Value::Object(object)
                if matches!(object.properties.borrow().get("prototype"), None | Some(Property::Value(_))) =>
            {
                Ok(Value::unknown("objects of classes are not evaluated here", at))
            }
            Value::Undefined | Value::Null => {
                let shown = self.shown(&new.callee, at.file);
                throw(format!("`{shown}` is not a constructor"), at)
            }
            _ => Ok(Value::unknown("objects of classes are not evaluated here", at)),
        }
    }
}

fn arithmetic(operator: Binary, left: f64, right: f64) -> f64 {
    let shift = || number::to_int32(right).cast_unsigned() & 31;
    match operator {
        Binary::Subtraction => left - right,
        Binary::Multiplication => left * right,
        Binary::Division => left / right,
        Binary::Remainder => left % right,
        Binary::Exponential => left.powf(right),
        Binary::ShiftLeft => f64::from(number::to_int32(left).wrapping_shl(shift())),
        Binary::ShiftRight => f64::from(number::to_int32(left).wrapping_shr(shift())),
        Binary::ShiftRightZeroFill => f64::from(number::to_int32(left).cast_unsigned().wrapping_shr(shift())),
        Binary::BitwiseOR => f64::from(number::to_int32(left) | number::to_int32(right)),
        Binary::BitwiseXOR => f64::from(number::to_int32(left) ^ number::to_int32(right)),
        Binary::BitwiseAnd => f64::from(number::to_int32(left) & number::to_int32(right)),
        _ => f64::NAN,
    }
}
