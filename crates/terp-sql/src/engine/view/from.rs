//! FROM: the tables of a SELECT and how they are joined.

use terp_schema_model::quote::identifier as quote;
use terp_schema_model::same_name;

use super::clause::{Clause, ClauseScope};
use super::scope::{Commons, Env, Outcome, Place, Scope, Source, SourceColumn, refused, unsupported};
use super::{Role, query, typed};
use crate::Span;
use crate::ast::{Expr, FromItem, Ident, IndexHint, JoinKind, ObjectName};
use crate::engine::catalog::{Relation, TableRef};

/// Tables that are joined.
struct Joined {
    text: String,
    /// What unqualified names can mean, in the order in which `*` shows it.
    columns: Vec<Place>,
}

/// Reads FROM into the scope, and gives its text.
pub(super) fn from(
    env: &Env<'_>,
    scope: &mut Scope<'_>,
    commons: Option<&Commons<'_>>,
    items: &[FromItem],
    windows: &[(Ident, crate::ast::Window)],
) -> Outcome<String> {
    let mut reader = Reader { env, commons, windows };
    let joined = reader.list(scope, items)?;
    scope.columns = joined.columns;
    Ok(joined.text)
}

struct Reader<'a> {
    env: &'a Env<'a>,
    commons: Option<&'a Commons<'a>>,
    windows: &'a [(Ident, crate::ast::Window)],
}

impl Reader<'_> {
    /// Tables between commas: joined from the left.
    fn list(&mut self, scope: &mut Scope<'_>, items: &[FromItem]) -> Outcome<Joined> {
        let mut all: Option<Joined> = None;
        for item in items {
            let next = self.item(scope, item)?;
            all = Some(match all {
                None => next,
                Some(left) => Joined {
                    text: format!("({} join {})", left.text, next.text),
                    columns: [left.columns, next.columns].concat(),
                },
            });
        }
        Ok(all.unwrap_or(Joined { text: String::new(), columns: Vec::new() }))
    }

    fn item(&mut self, scope: &mut Scope<'_>, item: &FromItem) -> Outcome<Joined> {
        match item {
            FromItem::Table { name, alias, hints } => self.table(scope, name, alias.as_ref(), hints),
            FromItem::Derived { query, alias, columns, lateral } => {
                if *lateral {
                    return unsupported("LATERAL", alias.span);
                }
                if !columns.is_empty() && !self.env.mysql() {
                    return unsupported("names for the columns of a derived table", alias.span);
                }
                let parent = if self.env.mysql() { scope.parent } else { None };
                let printed = query::print(self.env, query, parent, self.commons, Role::Derived, None)?;
                let values = typed::from_query(self.env, query, printed.values, alias.span)?;
                let names = if columns.is_empty() {
                    printed.columns
                } else if columns.len() == printed.columns.len() {
                    columns.iter().map(|c| c.value.clone()).collect()
                } else {
                    return unsupported("another number of names than of columns", alias.span);
                };
                let list = match columns.as_slice() {
                    [] => String::new(),
                    columns => {
                        let names: Vec<String> = columns.iter().map(|c| quote(&c.value)).collect();
                        format!(" ({})", names.join(","))
                    }
                };
                let printed_alias = quote(&alias.value);
                let source = Source {
                    alias: alias.value.clone(),
                    table: None,
                    printed: printed_alias.clone(),
                    columns: SourceColumn::of(names, values),
                };
                let text = format!("({}) {printed_alias}{list}", printed.text);
                self.add(scope, source, text, alias.span)
            }
            FromItem::List(items) => self.list(scope, items),
            FromItem::Join { kind, natural, left, right, on, using } => {
                let first = scope.sources.len();
                let left = self.item(scope, left)?;
                let middle = scope.sources.len();
                let right = self.item(scope, right)?;
                match kind {
                    JoinKind::Left => typed::may_be_missing(scope, middle..scope.sources.len()),
                    JoinKind::Right => typed::may_be_missing(scope, first..middle),
                    JoinKind::Inner | JoinKind::Straight => {}
                }
                self.join(scope, first, (*kind, *natural), [left, right], on.as_ref(), using)
            }
        }
    }

    fn add(&self, scope: &mut Scope<'_>, source: Source, text: String, span: Span) -> Outcome<Joined> {
        let same = |other: &Source| {
            let schema = |source: &Source| source.table.as_ref().map(|table| table.schema.clone());
            other.alias == source.alias && schema(other) == schema(&source)
        };
        if scope.sources.iter().any(same) {
            return refused(1066, format!("Not unique table/alias: '{}'", source.alias), span);
        }
        if scope.sources.iter().any(|other| other.alias == source.alias) {
            return unsupported("two tables of one name", span);
        }
        let number = scope.sources.len();
        let visible = source.columns.iter().enumerate().filter(|(_, column)| column.visible);
        let mut columns: Vec<Place> = visible.map(|(position, _)| (number, position)).collect();
        let hidden = source.columns.iter().enumerate().filter(|(_, column)| !column.visible);
        columns.extend(hidden.map(|(position, _)| (number, position)));
        scope.sources.push(source);
        Ok(Joined { text, columns })
    }

    fn table(
        &mut self,
        scope: &mut Scope<'_>,
        name: &ObjectName,
        alias: Option<&Ident>,
        hints: &[IndexHint],
    ) -> Outcome<Joined> {
        let span = name.span();
        let called = alias.unwrap_or(&name.name);
        if name.schema.is_none()
            && let Some(common) = self.commons.and_then(|commons| commons.find(&name.name.value))
        {
            self.env.used.borrow_mut().push(common.number);
            let printed = quote(&called.value);
            let text = match alias {
                Some(_) if called.value != common.name => format!("{} {printed}", quote(&common.name)),
                _ => printed.clone(),
            };
            if !hints.is_empty() {
                return unsupported("an index of what is no table", span);
            }
            let columns = SourceColumn::of(common.columns.clone(), common.values.clone());
            let source = Source { alias: called.value.clone(), table: None, printed, columns };
            return self.add(scope, source, text, span);
        }
        let at = self.resolve(name)?;
        let foreign = at.schema != self.env.home;
        if foreign {
            self.env.foreign.set(true);
        }
        let columns = match self.env.relation(&at) {
            Relation::Table(table) => typed::table_columns(self.env, table),
            Relation::View(view) => {
                let values = typed::from_view(self.env, view, &at, span)?;
                SourceColumn::of(view.columns.clone(), values)
            }
            Relation::None => return Err(missing(self.env, &at, span)),
        };
        self.env.read(&at, None);
        let full = if (foreign && self.env.mysql()) || self.env.qualify {
            format!("{}.{}", quote(&at.schema), quote(&at.name))
        } else {
            quote(&at.name)
        };
        let (printed, mut text) = match alias {
            Some(alias) if alias.value != at.name => {
                (quote(&alias.value), format!("{full} {}", quote(&alias.value)))
            }
            Some(_) if full != quote(&at.name) => {
                return unsupported("a table's own name as its alias", span);
            }
            _ => (full.clone(), full),
        };
        text.push_str(&self.hints(&at, hints)?);
        let source = Source { alias: called.value.clone(), table: Some(at), printed, columns };
        self.add(scope, source, text, span)
    }

    fn resolve(&self, name: &ObjectName) -> Outcome<TableRef> {
        if let (None, Some(schema)) = (&name.schema, self.env.current) {
            return Ok(TableRef::new(schema, &name.name.value));
        }
        self.env.catalog.resolve_table(name).map_err(|error| into_expr_error(error, name.span()))
    }

    fn hints(&self, at: &TableRef, hints: &[IndexHint]) -> Outcome<String> {
        let mut text = String::new();
        for hint in hints {
            let Relation::Table(table) = self.env.relation(at) else {
                return match hint.names.first() {
                    Some(name) => unsupported("an index of a view", name.span),
                    None => Ok(text),
                };
            };
            let mut names = Vec::new();
            for name in &hint.names {
                if name.value.eq_ignore_ascii_case("primary") && table.primary_key().is_some() {
                    names.push("PRIMARY".to_owned());
                    continue;
                }
                match table.index(&name.value) {
                    Some(index) if index.name == name.value => names.push(quote(&index.name)),
                    Some(_) => return unsupported("an index in another case", name.span),
                    None => {
                        let message = format!("Key '{}' doesn't exist in table '{}'", name.value, at.name);
                        return refused(1176, message, name.span);
                    }
                }
            }
            text.push_str(&format!(" {} INDEX ({})", hint.verb, names.join(",")));
        }
        Ok(text)
    }

    fn join(
        &self,
        scope: &mut Scope<'_>,
        first: usize,
        (kind, natural): (JoinKind, bool),
        [left, right]: [Joined; 2],
        on: Option<&Expr>,
        using: &[Ident],
    ) -> Outcome<Joined> {
        let mut condition = String::new();
        let mut columns = [left.columns.as_slice(), &right.columns].concat();
        if natural || !using.is_empty() {
            let common = self.common(scope, &left, &right, natural, using)?;
            condition = self.equalities(scope, &common, kind);
            columns = coalesced(&left, &right, &common, kind);
        }
        if let Some(on) = on {
            // ON sees the tables of its own join only.
            let mut own = Scope::new(scope.parent);
            own.sources = scope.sources.clone();
            for source in own.sources.iter_mut().take(first) {
                source.alias = String::new();
                source.columns.clear();
            }
            own.columns.clone_from(&columns);
            let at = ClauseScope {
                env: self.env,
                scope: &own,
                commons: self.commons,
                clause: Clause::On,
                items: &[],
                groups: &[],
                windows: self.windows,
                in_aggregate: false,
            };
            condition = at.condition(on)?;
        }
        let word = match kind {
            JoinKind::Inner => "join",
            JoinKind::Straight => "straight_join",
            JoinKind::Left | JoinKind::Right => "left join",
        };
        let (before, after) = match kind {
            JoinKind::Right => (right.text, left.text),
            _ => (left.text, right.text),
        };
        let on = if condition.is_empty() { String::new() } else { format!(" on({condition})") };
        if on.is_empty() && matches!(kind, JoinKind::Left | JoinKind::Right) {
            return match using.first() {
                Some(name) => unsupported("an outer join without a condition", name.span),
                None => unsupported("an outer join without a condition", Span::default()),
            };
        }
        Ok(Joined { text: format!("({before} {word} {after}{on})"), columns })
    }

    /// The columns that a NATURAL JOIN or USING makes one, left and right.
    fn common(
        &self,
        scope: &Scope<'_>,
        left: &Joined,
        right: &Joined,
        natural: bool,
        using: &[Ident],
    ) -> Outcome<Vec<(Place, Place)>> {
        let named = |side: &Joined, name: &str| -> Vec<Place> {
            let matches =
                |place: &&Place| scope.column(**place).is_some_and(|(_, c)| same_name(&c.name, name));
            side.columns.iter().filter(matches).copied().collect()
        };
        for name in using {
            if named(left, &name.value).is_empty() || named(right, &name.value).is_empty() {
                let clause = if self.env.mysql() { "from clause" } else { "FROM" };
                return refused(1054, format!("Unknown column '{}' in '{clause}'", name.value), name.span);
            }
        }
        let mut common = Vec::new();
        for place in &left.columns {
            let Some((_, column)) = scope.column(*place) else { continue };
            let wanted = if natural {
                column.visible
            } else {
                using.iter().any(|name| same_name(&name.value, &column.name))
            };
            if !wanted {
                continue;
            }
            let mut others = named(right, &column.name);
            if natural {
                others.retain(|other| scope.column(*other).is_some_and(|(_, c)| c.visible));
            }
            match others.as_slice() {
                [] => {}
                [other] if named(left, &column.name).len() == 1 => common.push((*place, *other)),
                _ => {
                    let clause = if self.env.mysql() { "from clause" } else { "FROM" };
                    let message = format!("Column '{}' in {clause} is ambiguous", column.name);
                    let span = using.first().map_or(Span::default(), |name| name.span);
                    return refused(1052, message, span);
                }
            }
        }
        Ok(common)
    }

    fn equalities(&self, scope: &Scope<'_>, common: &[(Place, Place)], kind: JoinKind) -> String {
        let mysql = self.env.mysql();
        let texts: Vec<String> = common
            .iter()
            .map(|&(left, right)| {
                let (left, right) = (scope.text(left, self.env), scope.text(right, self.env));
                // MySQL has turned the join round by then.
                let (left, right) =
                    if mysql && kind == JoinKind::Right { (right, left) } else { (left, right) };
                if mysql { format!("({left} = {right})") } else { format!("{left} = {right}") }
            })
            .collect();
        match texts.as_slice() {
            [one] => one.clone(),
            _ if mysql && !texts.is_empty() => format!("({})", texts.join(" and ")),
            _ => texts.join(" and "),
        }
    }
}

/// The columns of a join some of whose columns are one: these first, then the others.
fn coalesced(left: &Joined, right: &Joined, common: &[(Place, Place)], kind: JoinKind) -> Vec<Place> {
    let (first, second) = if kind == JoinKind::Right { (right, left) } else { (left, right) };
    let shared = |place: &Place| common.iter().any(|(l, r)| l == place || r == place);
    let mut columns: Vec<Place> = first.columns.iter().filter(|c| shared(c)).copied().collect();
    columns.extend(first.columns.iter().filter(|c| !shared(c)));
    columns.extend(second.columns.iter().filter(|c| !shared(c)));
    columns
}

/// The error for a table that is not there.
pub(super) fn missing(env: &Env<'_>, at: &TableRef, span: Span) -> crate::expr::ExprError {
    into_expr_error(env.catalog.missing_relation(at), span)
}

fn into_expr_error(error: crate::ExecuteError, span: Span) -> crate::expr::ExprError {
    match error {
        crate::ExecuteError::Refused(e) => crate::expr::ExprError::Refused {
            errno: e.errno,
            message: e.message,
            span: e.span.unwrap_or(span),
        },
        crate::ExecuteError::Unsupported(u) => {
            crate::expr::ExprError::Unsupported { construct: u.construct, span: u.span.unwrap_or(span) }
        }
    }
}
