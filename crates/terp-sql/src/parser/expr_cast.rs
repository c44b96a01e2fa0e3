//! Expressions: the types that CAST knows, fewer than those of columns.

use terp_schema_model::GeometryKind;

use crate::ast::{Ident, TypeKeyword, TypeName};
use crate::lexer::TokenKind;
use crate::parser::cursor::{PResult, Parser};

impl Parser<'_> {
    pub(super) fn cast_type(&mut self) -> PResult<TypeName> {
        let mark = self.mark();
        let upper = self.text(self.peek()).to_ascii_uppercase();
        let mysql = self.options.flavor.is_mysql();
        let keyword = match upper.as_str() {
            "BINARY" => TypeKeyword::Binary,
            "CHAR" | "CHARACTER" => TypeKeyword::Char,
            "NCHAR" | "NATIONAL" => TypeKeyword::NChar,
            "VARCHAR" if !mysql => TypeKeyword::Varchar,
            "DATE" => TypeKeyword::Date,
            "TIME" => TypeKeyword::Time,
            "DATETIME" => TypeKeyword::DateTime,
            "YEAR" if mysql => TypeKeyword::Year,
            "DECIMAL" | "DEC" => TypeKeyword::Decimal,
            "FLOAT" => TypeKeyword::Float,
            "DOUBLE" => TypeKeyword::Double,
            "REAL" if mysql => TypeKeyword::Real,
            "INT" | "INTEGER" if !mysql => TypeKeyword::Int,
            "JSON" if mysql => TypeKeyword::Json,
            "INET4" if !mysql => TypeKeyword::Inet4,
            "INET6" if !mysql => TypeKeyword::Inet6,
            "UUID" if !mysql => TypeKeyword::Uuid,
            "POINT" if mysql => TypeKeyword::Geometry(GeometryKind::Point),
            "LINESTRING" if mysql => TypeKeyword::Geometry(GeometryKind::LineString),
            "POLYGON" if mysql => TypeKeyword::Geometry(GeometryKind::Polygon),
            "MULTIPOINT" if mysql => TypeKeyword::Geometry(GeometryKind::MultiPoint),
            "MULTILINESTRING" if mysql => TypeKeyword::Geometry(GeometryKind::MultiLineString),
            "MULTIPOLYGON" if mysql => TypeKeyword::Geometry(GeometryKind::MultiPolygon),
            "GEOMETRYCOLLECTION" | "GEOMCOLLECTION" if mysql => {
                TypeKeyword::Geometry(GeometryKind::GeometryCollection)
            }
            _ => return Err(self.error("a type that CAST knows")),
        };
        self.bump();
        match upper.as_str() {
            "NATIONAL" => self.expect_kw("CHAR")?,
            "DOUBLE" if mysql => {
                self.eat_kw("PRECISION");
            }
            _ => {}
        }
        let args =
            if self.at(TokenKind::LParen) { self.paren_list(|p| p.integer("a length"))? } else { Vec::new() };
        let most = match keyword {
            TypeKeyword::Decimal => 2,
            TypeKeyword::Double => {
                if mysql {
                    0
                } else {
                    2
                }
            }
            TypeKeyword::Float => usize::from(mysql),
            TypeKeyword::Binary | TypeKeyword::Char | TypeKeyword::NChar | TypeKeyword::Varchar => 1,
            TypeKeyword::Time | TypeKeyword::DateTime => 1,
            _ => 0,
        };
        if args.len() > most {
            return Err(self.error("a type that CAST knows"));
        }
        let mut charset = None;
        let mut binary = false;
        if matches!(keyword, TypeKeyword::Char | TypeKeyword::Varchar) {
            (charset, binary) = self.cast_charset()?;
        }
        Ok(TypeName {
            keyword,
            args,
            values: Vec::new(),
            unsigned: false,
            zerofill: false,
            charset,
            binary,
            compressed: None,
            span: self.span_from(mark),
        })
    }

    /// `CHARACTER SET name`, `CHARSET name`, ASCII, UNICODE, BYTE, each with BINARY before or after it.
    fn cast_charset(&mut self) -> PResult<(Option<Ident>, bool)> {
        let mut binary = self.eat_kw("BINARY");
        let mut charset = None;
        if self.eat_kws(&["CHARACTER", "SET"]) || self.eat_kws(&["CHAR", "SET"]) || self.eat_kw("CHARSET") {
            charset = Some(self.charset_word()?);
        } else {
            for (word, value) in [("ASCII", "latin1"), ("UNICODE", "ucs2"), ("BYTE", "binary")] {
                if self.at_kw(word) {
                    charset = Some(Ident { value: value.to_owned(), ..self.take_ident() });
                    break;
                }
            }
        }
        binary |= self.eat_kw("BINARY");
        Ok((charset, binary))
    }
}
