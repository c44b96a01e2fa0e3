//! Names in one clause of a SELECT: where each looks for what a name means.

use terp_schema_model::quote::identifier as quote;
use terp_schema_model::same_name;

use super::call;
use super::scope::{Commons, Env, Outcome, Place, Scope, refused, unsupported};
use crate::Span;
use crate::ast::{Expr, Ident, QueryExpr, Window};
use crate::engine::value::Value;
use crate::expr::{self, ColumnRef, ColumnResolver, ExprContext, ExprPlace, QueryScope, QueryText};

/// A clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clause {
    Select,
    Where,
    On,
    GroupBy,
    Having,
    OrderBy,
}

impl Clause {
    pub(super) fn name(self, mysql: bool) -> &'static str {
        match (self, mysql) {
            (Self::Select, true) => "field list",
            (Self::Where, true) => "where clause",
            (Self::On, true) => "on clause",
            (Self::GroupBy, true) => "group statement",
            (Self::Having, true) => "having clause",
            (Self::OrderBy, true) => "order clause",
            (Self::Select, false) => "SELECT",
            (Self::Where, false) => "WHERE",
            (Self::On, false) => "ON",
            (Self::GroupBy, false) => "GROUP BY",
            (Self::Having, false) => "HAVING",
            (Self::OrderBy, false) => "ORDER BY",
        }
    }
}

/// One of what a SELECT selects, printed.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// Its text, without its name.
    pub(super) value: String,
    pub(super) name: String,
    /// Whether the name was written.
    pub(super) explicit: bool,
    /// The column that it is, if it is nothing else.
    pub(super) column: Option<Place>,
    /// Whether an aggregate function is in it.
    pub(super) aggregate: bool,
    /// Whether it is an integer, which a server must not print where it would be a position.
    pub(super) integer: bool,
    /// Whether it is a truth value.
    pub(super) truth: bool,
    /// Its value, where it is asked for.
    pub(super) typed: Option<Value>,
}

/// A clause of a SELECT.
#[derive(Clone, Copy)]
pub(super) struct ClauseScope<'a> {
    pub(super) env: &'a Env<'a>,
    pub(super) scope: &'a Scope<'a>,
    pub(super) commons: Option<&'a Commons<'a>>,
    pub(super) clause: Clause,
    pub(super) items: &'a [Item],
    /// The columns of GROUP BY.
    pub(super) groups: &'a [Place],
    pub(super) windows: &'a [(Ident, Window)],
    /// Inside an aggregate function's parentheses.
    pub(super) in_aggregate: bool,
}

impl<'a> ClauseScope<'a> {
    fn context(&self) -> ExprContext<'_> {
        ExprContext {
            flavor: self.env.flavor,
            sql_mode: self.env.catalog.session().sql_mode,
            connection: &self.env.catalog.session().connection,
            place: if self.env.typed { ExprPlace::Query } else { ExprPlace::View },
            columns: self,
            schema: self.env.home,
            table: "",
            object: "",
            query: Some(self),
            resolved: false,
        }
    }

    pub(super) fn value(&self, expr: &Expr) -> Outcome<String> {
        expr::view_value(expr, &self.context())
    }

    pub(super) fn operand(&self, expr: &Expr) -> Outcome<String> {
        expr::view_operand(expr, &self.context())
    }

    pub(super) fn condition(&self, expr: &Expr) -> Outcome<String> {
        if !self.env.mysql() {
            return expr::view_condition(expr, &self.context());
        }
        expr::view_condition(&call::without_unknown(expr, false), &self.context())
    }

    /// Inside the parentheses of an aggregate function.
    pub(super) fn aggregated(&self) -> Self {
        Self { in_aggregate: true, ..*self }
    }

    /// The item of the SELECT that a name means: one with that name, else one that is the column of that name.
    pub(super) fn item_of(&self, parts: &[Ident], span: Span) -> Outcome<Option<&'a Item>> {
        let items: &'a [Item] = self.items;
        let [name] = parts else {
            let candidates = self.scope.candidates(parts);
            return Ok(items.iter().find(|item| item.column.is_some_and(|c| candidates.contains(&c))));
        };
        let mut named = items.iter().filter(|item| same_name(&item.name, &name.value));
        if let Some(first) = named.next() {
            let same = |other: &Item| other.column.is_some() && other.column == first.column;
            if !named.all(same) {
                return self.ambiguous(&name.value, span);
            }
            return Ok(Some(first));
        }
        let is_column = |item: &&Item| {
            let column = item.column.and_then(|place| self.scope.column(place));
            column.is_some_and(|(_, column)| same_name(&column.name, &name.value))
        };
        let mut unnamed = items.iter().filter(is_column);
        let Some(first) = unnamed.next() else { return Ok(None) };
        if !unnamed.all(|other| other.column == first.column) {
            return self.ambiguous(&name.value, span);
        }
        Ok(Some(first))
    }

    fn ambiguous<T>(&self, name: &str, span: Span) -> Outcome<T> {
        let clause = self.clause.name(self.env.mysql());
        refused(1052, format!("Column '{name}' in {clause} is ambiguous"), span)
    }

    /// The column of this SELECT's own tables that a name means.
    pub(super) fn own_column(&self, parts: &[Ident], span: Span) -> Outcome<Option<Place>> {
        self.column_of(self.scope, parts, span)
    }

    fn column_of(&self, scope: &Scope<'_>, parts: &[Ident], span: Span) -> Outcome<Option<Place>> {
        match scope.candidates(parts).as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(*one)),
            _ => self.ambiguous(&written(parts), span),
        }
    }

    /// A name in the queries around this one.
    fn outer(&self, parts: &[Ident], span: Span) -> Outcome<String> {
        let mut level = self.scope.parent;
        while let Some(scope) = level {
            if let Some(place) = self.column_of(scope, parts, span)? {
                return Ok(scope.text(place, self.env));
            }
            if let [name] = parts
                && scope.aliases.iter().any(|alias| same_name(alias, &name.value))
            {
                return unsupported("a name that an outer query gives", span);
            }
            level = scope.parent;
        }
        let clause = self.clause.name(self.env.mysql());
        // Without any table there is none of that name.
        if let ([qualifiers @ .., _], true, None) = (parts, self.scope.sources.is_empty(), self.scope.parent)
            && !qualifiers.is_empty()
        {
            return refused(1109, format!("Unknown table '{}' in {clause}", written(qualifiers)), span);
        }
        refused(1054, format!("Unknown column '{}' in '{clause}'", written(parts)), span)
    }

    fn having_column(&self, parts: &[Ident], span: Span) -> Outcome<String> {
        if let Some(item) = self.item_of(parts, span)? {
            return self.reference(item, parts, span);
        }
        let group = self.scope.candidates(parts).into_iter().find(|c| self.groups.contains(c));
        if let Some(place) = group {
            return Ok(self.scope.text(place, self.env));
        }
        self.outer(parts, span)
    }

    /// An item of the SELECT inside an expression: by its name, unless it is a column that has its own.
    fn reference(&self, item: &Item, parts: &[Ident], span: Span) -> Outcome<String> {
        if item.truth && !self.env.mysql() {
            return unsupported("the name of a condition", span);
        }
        let by_column = match item.column.and_then(|place| self.scope.column(place)) {
            None => false,
            Some(_) if parts.len() > 1 => true,
            // In HAVING the name that was written is kept.
            Some((_, column)) if self.clause == Clause::Having => {
                !(item.explicit && parts.last().is_some_and(|name| same_name(&name.value, &item.name)))
                    || item.name == column.name
            }
            Some(_) => true,
        };
        Ok(if by_column { item.value.clone() } else { quote(&item.name) })
    }
}

pub(super) fn written(parts: &[Ident]) -> String {
    parts.iter().map(|part| part.value.as_str()).collect::<Vec<_>>().join(".")
}

impl QueryScope for ClauseScope<'_> {
    fn column(&self, parts: &[Ident], span: Span) -> Outcome<String> {
        if self.clause == Clause::Having && !self.in_aggregate {
            return self.having_column(parts, span);
        }
        if let Some(place) = self.own_column(parts, span)? {
            return Ok(self.scope.text(place, self.env));
        }
        let by_name = matches!(self.clause, Clause::GroupBy | Clause::OrderBy | Clause::Having);
        if by_name && let Some(item) = self.item_of(parts, span)? {
            if self.in_aggregate {
                return unsupported("the name of a selected value in an aggregate function", span);
            }
            if self.clause == Clause::GroupBy && !self.env.mysql() && item.column.is_none() {
                return unsupported("the name of a selected value in an expression", span);
            }
            return self.reference(item, parts, span);
        }
        self.outer(parts, span)
    }

    fn query(&self, query: &QueryExpr, negated: bool, span: Span) -> Outcome<QueryText> {
        call::query_text(self, query, negated, span)
    }
}

impl ColumnResolver for ClauseScope<'_> {
    /// The column's type, as far as COLLATE asks for it.
    fn resolve(&self, name: &str) -> Option<ColumnRef<'_>> {
        let column = |place: &&Place| {
            self.scope.column(**place).is_some_and(|(_, column)| same_name(&column.name, name))
        };
        let mut found = self.scope.columns.iter().filter(column);
        let (source, column) = self.scope.column(*found.next()?)?;
        if found.next().is_some() {
            return None;
        }
        let at = source.table.as_ref()?;
        let column = self.env.catalog.table(&at.schema, &at.name)?.column(&column.name)?;
        Some(ColumnRef {
            name: &column.name,
            ty: &column.ty,
            character_set: column.character_set.as_ref().map(|c| &c.set),
            nullable: column.nullable,
        })
    }
}
