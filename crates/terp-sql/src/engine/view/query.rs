//! A query with WITH, and operators between queries.

use terp_schema_model::quote::identifier as quote;
use terp_schema_model::same_name;

use std::cell::RefCell;

use super::clause::{Clause, ClauseScope, Item};
use super::scope::{Common, Commons, Env, Outcome, Scope, Source, SourceColumn, refused, unsupported};
use super::select::{Printed, Printer};
use super::{Role, typed};
use crate::ast::{ExprKind, Ident, Literal, OrderItem, Query, QueryBody, Select, SetOp, With};
use crate::engine::value::Value;
use crate::expr::bare;
use crate::is_reserved;

/// A query's text, and the names of its columns.
pub(super) fn print(
    env: &Env<'_>,
    query: &Query,
    parent: Option<&Scope<'_>>,
    commons: Option<&Commons<'_>>,
    role: Role,
    rename: Option<&[Ident]>,
) -> Outcome<Printed> {
    let renamed = env.renamed && role == Role::View;
    let Some(with) = &query.with else {
        let values = RefCell::default();
        return Printing { env, parent, commons, role, rename, renamed, values }.body(query);
    };
    let outside = std::mem::take(&mut *env.used.borrow_mut());
    let mut tables: Vec<Common> = Vec::new();
    let mut texts: Vec<(usize, String, Vec<usize>)> = Vec::new();
    let mut failures = Vec::new();
    for number in 0..with.tables.len() {
        let own = env.next_common.get();
        env.next_common.set(own + 1);
        match common(env, with, number, own, parent, commons, &tables) {
            Ok((columns, values, text)) => {
                let used = std::mem::take(&mut *env.used.borrow_mut());
                let name = with.tables.get(number).map(|t| t.name.value.clone()).unwrap_or_default();
                if tables.iter().any(|other| other.name == name) {
                    return refused(1066, format!("Not unique table/alias: '{name}'"), query.span);
                }
                tables.push(Common { number: own, name, columns, values });
                texts.push((own, text, used));
            }
            Err(error) => failures.push(error),
        }
        env.used.borrow_mut().clear();
    }
    // MySQL does not look at what nobody refers to; that is not followed so far.
    if let Some(error) = failures.into_iter().next() {
        return Err(error);
    }
    let inside = Commons { parent: commons, tables: &tables };
    let values = RefCell::default();
    let body = Printing { env, parent, commons: Some(&inside), role, rename, renamed, values }.body(query)?;
    let mut needed = std::mem::take(&mut *env.used.borrow_mut());
    // What is needed, with what that needs.
    let mut at = 0;
    while let Some(number) = needed.get(at).copied() {
        at += 1;
        if let Some((_, _, used)) = texts.iter().find(|(own, _, _)| *own == number) {
            let more: Vec<usize> = used.iter().filter(|n| !needed.contains(n)).copied().collect();
            needed.extend(more);
        }
    }
    let (kept, unused): (Vec<_>, Vec<_>) = texts.into_iter().partition(|(own, _, _)| needed.contains(own));
    if !unused.is_empty() && !env.mysql() {
        return unsupported("WITH of a query that nothing refers to", query.span);
    }
    let mut used = outside;
    used.extend(needed.into_iter().filter(|n| !tables.iter().any(|t| t.number == *n)));
    *env.used.borrow_mut() = used;
    if kept.is_empty() {
        return Ok(body);
    }
    let list: Vec<String> = kept.into_iter().map(|(_, text, _)| text).collect();
    let recursive = if with.recursive { "recursive " } else { "" };
    let blank = if env.mysql() { " " } else { "" };
    Ok(Printed {
        text: format!("with {recursive}{}{blank}{}", list.join(", "), body.text),
        columns: body.columns,
        values: body.values,
    })
}

/// One query of WITH: its columns and its text.
fn common(
    env: &Env<'_>,
    with: &With,
    number: usize,
    own: usize,
    parent: Option<&Scope<'_>>,
    commons: Option<&Commons<'_>>,
    before: &[Common],
) -> Outcome<(Vec<String>, Vec<Value>, String)> {
    let Some(table) = with.tables.get(number) else { return Ok((Vec::new(), Vec::new(), String::new())) };
    let mysql = env.mysql();
    let name = &table.name.value;
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && !is_reserved(name, env.flavor);
    if !mysql && !plain {
        return unsupported("WITH of a name that needs quotes", table.name.span);
    }
    let parent = if mysql { parent } else { None };
    let rename = (!table.columns.is_empty() && !mysql).then_some(table.columns.as_slice());
    let named = |columns: Vec<String>| -> Outcome<Vec<String>> {
        if table.columns.is_empty() {
            return Ok(columns);
        }
        if table.columns.len() != columns.len() {
            return unsupported("another number of names than of columns", table.name.span);
        }
        Ok(table.columns.iter().map(|c| c.value.clone()).collect())
    };
    let seen = Commons { parent: commons, tables: before };
    let mut tables = before.to_vec();
    if with.recursive {
        // The first SELECT says what the columns are; it does not refer to the query itself.
        if let QueryBody::Set { .. } = &table.query.body {
            let first = first_select(&table.query.body);
            let printer = Printer { env, commons: Some(&seen), role: Role::Derived, rename, renamed: false };
            let columns = named(printer.print(first, None, parent)?.columns)?;
            if env.typed {
                return unsupported("WITH RECURSIVE in CREATE TABLE ... SELECT", table.name.span);
            }
            tables.push(Common { number: own, name: name.clone(), columns, values: Vec::new() });
        }
    }
    let seen = Commons { parent: commons, tables: &tables };
    let printed = print(env, &table.query, parent, Some(&seen), Role::Derived, rename)?;
    let columns = named(printed.columns)?;
    let values = typed::from_query(env, &table.query, printed.values, table.name.span)?;
    let list: Vec<String> = table.columns.iter().map(|c| quote(&c.value)).collect();
    let text = match (list.as_slice(), mysql) {
        ([], true) => format!("{} as ({})", quote(name), printed.text),
        (_, true) => format!("{} ({}) as ({})", quote(name), list.join(","), printed.text),
        ([], false) => format!("{name} as ({})", printed.text),
        (_, false) => format!("{name}({}) as ({})", list.join(","), printed.text),
    };
    Ok((columns, values, text))
}

fn first_select(body: &QueryBody) -> &Select {
    let mut body = body;
    loop {
        body = match body {
            QueryBody::Select(select) => return select,
            QueryBody::Paren(query) => &query.body,
            QueryBody::Set { left, .. } => left,
        };
    }
}

/// LIMIT and the lock.
pub(super) fn limit(query: &Query, role: Role, env: &Env<'_>) -> Outcome<String> {
    let mut text = String::new();
    let exists = role == Role::Exists;
    match &query.limit {
        // EXISTS looks at one row, which MariaDB shows.
        _ if exists && !env.mysql() => text.push_str(" limit 1"),
        Some(limit) if exists && limit.count.trim_start_matches('0').is_empty() => {
            return unsupported("LIMIT 0 in EXISTS", query.span);
        }
        Some(_) if exists => {}
        Some(limit) => {
            let number = |digits: &str| {
                let digits = digits.trim_start_matches('0');
                if digits.is_empty() { "0".to_owned() } else { digits.to_owned() }
            };
            let offset = limit.offset.as_deref().map(|o| format!("{},", number(o))).unwrap_or_default();
            text.push_str(&format!(" limit {offset}{}", number(&limit.count)));
        }
        None => {}
    }
    if let Some(lock) = query.lock
        && !env.mysql()
    {
        if exists {
            return unsupported("a lock in EXISTS", query.span);
        }
        text.push_str(&format!(" {lock}"));
    }
    Ok(text)
}

struct Printing<'a> {
    env: &'a Env<'a>,
    parent: Option<&'a Scope<'a>>,
    commons: Option<&'a Commons<'a>>,
    role: Role,
    rename: Option<&'a [Ident]>,
    renamed: bool,
    /// The values of the columns of the operands so far.
    values: RefCell<Vec<Value>>,
}

impl Printing<'_> {
    fn body(&self, query: &Query) -> Outcome<Printed> {
        match &query.body {
            QueryBody::Select(select) => self.select(select, Some(query), true),
            QueryBody::Paren(inner) => self.paren(query, inner),
            QueryBody::Set { .. } => self.set(query),
        }
    }

    fn select(&self, select: &Select, whole: Option<&Query>, first: bool) -> Outcome<Printed> {
        let (role, rename) = match self.role {
            Role::View | Role::Derived | Role::Table if !first => (Role::Later, None),
            role => (role, if first { self.rename } else { None }),
        };
        let renamed = self.renamed;
        let printer = Printer { env: self.env, commons: self.commons, role, rename, renamed };
        printer.print(select, whole, self.parent)
    }

    /// A query that is all in parentheses, with what stands behind them.
    fn paren(&self, query: &Query, inner: &Query) -> Outcome<Printed> {
        let bare_outside = query.order_by.is_empty() && query.limit.is_none() && query.lock.is_none();
        let bare_inside = inner.order_by.is_empty() && inner.limit.is_none() && inner.lock.is_none();
        let order_inside = inner.limit.is_none() && inner.lock.is_none() && query.order_by.is_empty();
        if inner.with.is_some() || !(bare_outside || bare_inside || order_inside) {
            return unsupported("parentheses around a query", query.span);
        }
        if !bare_inside && !bare_outside && !matches!(inner.body, QueryBody::Select(_)) {
            return unsupported("parentheses around a query", query.span);
        }
        let mut merged = Query { with: None, span: query.span, ..inner.clone() };
        if !bare_outside {
            if !query.order_by.is_empty() {
                merged.order_by.clone_from(&query.order_by);
            }
            merged.limit.clone_from(&query.limit);
            merged.lock = query.lock;
        }
        let printed = self.body(&merged)?;
        if self.env.mysql() {
            return Ok(printed);
        }
        if !matches!(self.role, Role::View | Role::Table) {
            return unsupported("parentheses around a query", query.span);
        }
        Ok(match merged.body {
            QueryBody::Select(_) => Printed { text: format!("({})", printed.text), ..printed },
            QueryBody::Paren(_) => printed,
            QueryBody::Set { .. } if self.role == Role::Table => printed,
            QueryBody::Set { .. } => return unsupported("parentheses around a query", query.span),
        })
    }

    fn set(&self, query: &Query) -> Outcome<Printed> {
        let mut columns = None;
        let before = self.values.replace(Vec::new());
        let text = if self.env.mysql() {
            let node = node(&query.body)?;
            self.node(&node, &mut columns)?
        } else {
            self.chain(&query.body, &mut columns)?
        };
        let columns = columns.unwrap_or_default();
        let values = self.values.replace(before);
        let mut text = text;
        if !query.order_by.is_empty() {
            text.push_str(&format!(" order by {}", self.set_order(&columns, &query.order_by)?));
        }
        text.push_str(&limit(query, self.role, self.env)?);
        Ok(Printed { text, columns, values })
    }

    /// An operand: a SELECT, or a query in parentheses that has to keep them.
    fn operand(&self, operand: &Operand<'_>, columns: &mut Option<Vec<String>>) -> Outcome<String> {
        let first = columns.is_none();
        let printed = match operand {
            Operand::Select(select) => self.select(select, None, first)?,
            Operand::Query(query) => {
                let QueryBody::Select(select) = &query.body else {
                    return unsupported("this operand of UNION", query.span);
                };
                if query.with.is_some() || self.role == Role::Exists {
                    return unsupported("this operand of UNION", query.span);
                }
                let printed = self.select(select, Some(query), first)?;
                Printed { text: format!("({})", printed.text), ..printed }
            }
        };
        if self.env.typed && columns.as_ref().is_none_or(|c| c.len() == printed.columns.len()) {
            let mut values = self.values.borrow_mut();
            *values = if columns.is_none() {
                printed.values
            } else {
                typed::union(self.env, &values, &printed.values, operand.span())?
            };
        }
        match columns {
            None => *columns = Some(printed.columns),
            Some(columns) if columns.len() != printed.columns.len() => {
                let message = "The used SELECT statements have a different number of columns";
                return refused(1222, message, operand.span());
            }
            Some(_) => {}
        }
        Ok(printed.text)
    }

    /// MySQL: operands of one operator are one list.
    fn node(&self, node: &Node<'_>, columns: &mut Option<Vec<String>>) -> Outcome<String> {
        match node {
            Node::Operand(operand) => self.operand_of_exists(operand, columns),
            Node::Set { op, all, children } => {
                let mut texts = Vec::new();
                for child in children {
                    let text = self.node(child, columns)?;
                    texts.push(if matches!(child, Node::Set { .. }) { format!("({text})") } else { text });
                }
                Ok(texts.join(&format!(" {}{} ", word(*op), if *all { " all" } else { "" })))
            }
        }
    }

    fn operand_of_exists(&self, operand: &Operand<'_>, columns: &mut Option<Vec<String>>) -> Outcome<String> {
        if let Operand::Query(query) = operand {
            let bare = query.order_by.is_empty() && query.limit.is_none() && query.with.is_none();
            if bare && let QueryBody::Select(select) = &query.body {
                return self.operand(&Operand::Select(select), columns);
            }
        }
        self.operand(operand, columns)
    }

    /// MariaDB: operands as they were written, as long as they need no table of their own.
    fn chain(&self, body: &QueryBody, columns: &mut Option<Vec<String>>) -> Outcome<String> {
        match body {
            QueryBody::Select(select) => self.operand(&Operand::Select(select), columns),
            QueryBody::Paren(query) => match &query.body {
                QueryBody::Select(_) if query.with.is_none() => self.operand(&Operand::Query(query), columns),
                _ => unsupported("this operand of UNION", query.span),
            },
            QueryBody::Set { op, all, left, right } => {
                let left_text = self.chain(left, columns)?;
                if let QueryBody::Set { .. } = &**right {
                    return unsupported("INTERSECT beside another operator", first_select(right).span);
                }
                let right = self.chain(right, columns)?;
                Ok(format!("{left_text} {}{} {right}", word(*op), if *all { " all" } else { "" }))
            }
        }
    }

    /// ORDER BY of several queries: it knows their columns by name.
    fn set_order(&self, columns: &[String], items: &[OrderItem]) -> Outcome<String> {
        let mut scope = Scope::new(None);
        let names = SourceColumn::of(columns.to_vec(), Vec::new());
        scope.sources.push(Source {
            alias: String::new(),
            table: None,
            printed: String::new(),
            columns: names,
        });
        scope.columns = (0..columns.len()).map(|position| (0, position)).collect();
        let none: [Item; 0] = [];
        let at = ClauseScope {
            env: self.env,
            scope: &scope,
            commons: self.commons,
            clause: Clause::OrderBy,
            items: &none,
            groups: &[],
            windows: &[],
            in_aggregate: false,
        };
        let mut texts = Vec::new();
        for item in items {
            let text = match &item.expr.kind {
                ExprKind::Literal(Literal::Integer(digits)) => {
                    let number = digits.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
                    let Some(name) = number.and_then(|n| columns.get(n)) else {
                        let clause = Clause::OrderBy.name(self.env.mysql());
                        let message = format!("Unknown column '{digits}' in '{clause}'");
                        return refused(1054, message, item.expr.span);
                    };
                    if self.env.mysql() { quote(name) } else { digits.clone() }
                }
                _ => {
                    if let ExprKind::Name(parts) = &bare(&item.expr).kind
                        && (parts.len() > 1
                            || columns
                                .iter()
                                .filter(|c| parts.iter().all(|p| same_name(c, &p.value)))
                                .count()
                                > 1)
                    {
                        return unsupported("this order of several queries", item.expr.span);
                    }
                    at.value(&item.expr)?
                }
            };
            texts.push(format!("{text}{}", if item.descending { " desc" } else { "" }));
        }
        Ok(texts.join(","))
    }
}

const fn word(op: SetOp) -> &'static str {
    match op {
        SetOp::Union => "union",
        SetOp::Except => "except",
        SetOp::Intersect => "intersect",
    }
}

enum Operand<'q> {
    Select(&'q Select),
    Query(&'q Query),
}

impl Operand<'_> {
    fn span(&self) -> crate::Span {
        match self {
            Self::Select(select) => select.span,
            Self::Query(query) => query.span,
        }
    }
}

/// MySQL's tree of operators between queries.
enum Node<'q> {
    Operand(Operand<'q>),
    Set { op: SetOp, all: bool, children: Vec<Node<'q>> },
}

fn node(body: &QueryBody) -> Outcome<Node<'_>> {
    Ok(match body {
        QueryBody::Select(select) => Node::Operand(Operand::Select(select)),
        QueryBody::Paren(query) => match &query.body {
            QueryBody::Select(_) => Node::Operand(Operand::Query(query)),
            _ if query.order_by.is_empty() && query.limit.is_none() && query.with.is_none() => {
                node(&query.body)?
            }
            _ => return unsupported("this operand of UNION", query.span),
        },
        QueryBody::Set { op, all, left, right } => {
            let (left, right) = (node(left)?, node(right)?);
            let mut children = Vec::new();
            merge(left, *op, *all, true, body, &mut children)?;
            merge(right, *op, *all, false, body, &mut children)?;
            Node::Set { op: *op, all: *all, children }
        }
    })
}

/// Adds an operand, or its own operands where the operator takes them for its own.
fn merge<'q>(
    child: Node<'q>,
    op: SetOp,
    all: bool,
    left: bool,
    body: &QueryBody,
    into: &mut Vec<Node<'q>>,
) -> Outcome<()> {
    match child {
        Node::Set { op: inner, all: inner_all, children } if inner == op => {
            let merged = match op {
                SetOp::Union => !all || inner_all,
                SetOp::Except | SetOp::Intersect => {
                    if all != inner_all || !left {
                        return unsupported("these operators between queries", first_select(body).span);
                    }
                    true
                }
            };
            if !merged {
                into.push(Node::Set { op: inner, all: inner_all, children });
                return Ok(());
            }
            for child in children {
                merge(child, op, all, left, body, into)?;
            }
        }
        child => into.push(child),
    }
    Ok(())
}
