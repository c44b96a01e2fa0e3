//! The things of Drizzle that an evaluation makes.

use std::cell::RefCell;
use std::rc::Rc;

use crate::declare::column::{Builder, Column};
use crate::declare::sql::Sql;
use crate::declare::table::{Table, TableCore};
use crate::typescript::value::{Site, Unknown, Value};

/// Something of Drizzle.
#[derive(Clone)]
pub(crate) enum Entity<'a> {
    /// A column that is still being described.
    Builder(Rc<Builder<'a>>),
    /// A column of a table.
    Column(Rc<Column<'a>>),
    Table(Rc<Table<'a>>),
    Sql(Rc<Sql<'a>>),
    /// `index(name)`, `uniqueIndex(name)`, `unique(name)`, before `.on()`.
    KeyOn(Rc<KeyOn<'a>>),
    Key(Rc<Key<'a>>),
    /// `mysqlSchema(name)`, by its name.
    Schema(Rc<Value<'a>>),
    /// What `mysqlTableCreator` returned, by the function that makes names.
    TableCreator(Rc<Value<'a>>),
    /// What `customType` returned, by its parameters.
    CustomType(Rc<Value<'a>>),
    ViewBuilder(Rc<ViewBuilder<'a>>),
    View(Rc<View<'a>>),
    /// `drizzle-orm`'s `sql.placeholder`, `Param`, aliases: parts of queries that no schema has.
    Other(&'static str),
}

/// The kind of a key that `.on()` completes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum KeyKind {
    Index,
    UniqueIndex,
    Unique,
}

pub(crate) struct KeyOn<'a> {
    pub(crate) kind: KeyKind,
    pub(crate) name: Value<'a>,
    pub(crate) site: Site,
}

/// A key or a check of a table.
pub(crate) struct Key<'a> {
    pub(crate) definition: KeyDefinition<'a>,
    pub(crate) site: Site,
    /// `using`, `algorithm`, `lock`, `onDelete`, `onUpdate`, as they were set last.
    pub(crate) options: RefCell<Vec<(&'static str, Value<'a>)>>,
    pub(crate) tainted: RefCell<Option<Rc<Unknown>>>,
}

pub(crate) enum KeyDefinition<'a> {
    On {
        kind: KeyKind,
        name: Value<'a>,
        columns: Vec<Value<'a>>,
    },
    PrimaryKey {
        name: Value<'a>,
        columns: Value<'a>,
    },
    /// By the object that describes it, which is read when it is used.
    ForeignKey(Value<'a>),
    Check {
        name: Value<'a>,
        value: Value<'a>,
    },
}

impl<'a> Key<'a> {
    /// An option as it was set last.
    pub(crate) fn option(&self, name: &str) -> Option<Value<'a>> {
        self.options.borrow().iter().rev().find(|(option, _)| *option == name).map(|(_, value)| value.clone())
    }
}

pub(crate) struct ViewBuilder<'a> {
    pub(crate) name: Value<'a>,
    /// The columns as declared, for views whose query is SQL text.
    pub(crate) columns: Option<Value<'a>>,
    pub(crate) schema: Option<Rc<Value<'a>>>,
    pub(crate) site: Site,
    pub(crate) options: RefCell<Vec<(&'static str, Value<'a>)>>,
}

pub(crate) struct View<'a> {
    pub(crate) builder: Rc<ViewBuilder<'a>>,
    /// Its columns, for other queries and for the snapshot.
    pub(crate) columns: Vec<(Rc<str>, Rc<Column<'a>>)>,
    pub(crate) core: Rc<TableCore<'a>>,
    /// The query; None when the view is made elsewhere.
    pub(crate) query: Option<Value<'a>>,
}

impl<'a> Entity<'a> {
    pub(crate) const fn type_of(&self) -> &'static str {
        match self {
            Self::TableCreator(_) | Self::CustomType(_) => "function",
            _ => "object",
        }
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Builder(left), Self::Builder(right)) => Rc::ptr_eq(left, right),
            (Self::Column(left), Self::Column(right)) => Rc::ptr_eq(left, right),
            (Self::Table(left), Self::Table(right)) => Rc::ptr_eq(left, right),
            (Self::Sql(left), Self::Sql(right)) => Rc::ptr_eq(left, right),
            (Self::Key(left), Self::Key(right)) => Rc::ptr_eq(left, right),
            (Self::View(left), Self::View(right)) => Rc::ptr_eq(left, right),
            _ => false,
        }
    }
}

/// What something is, for a message.
pub(crate) fn described(entity: &Entity<'_>) -> String {
    match entity {
        Entity::Builder(builder) => builder.kind.described(),
        Entity::Column(column) => format!("the column `{}`", column.state.name),
        Entity::Table(table) => match table.core.name_text() {
            Ok(name) => format!("the table `{name}`"),
            Err(_) => "a table".to_owned(),
        },
        Entity::Sql(_) => "SQL text".to_owned(),
        Entity::KeyOn(_) => "an index without columns".to_owned(),
        Entity::Key(_) => "a key".to_owned(),
        Entity::Schema(_) => "a schema".to_owned(),
        Entity::TableCreator(_) => "a function that makes tables".to_owned(),
        Entity::CustomType(_) => "a customType".to_owned(),
        Entity::ViewBuilder(_) | Entity::View(_) => "a view".to_owned(),
        Entity::Other(what) => (*what).to_owned(),
    }
}
