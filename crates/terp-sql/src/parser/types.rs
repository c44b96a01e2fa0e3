//! Data types.

use terp_schema_model::GeometryKind;

use super::{PResult, Parser, SyntaxError};
use crate::ast::{Ident, Text, TypeKeyword, TypeName};
use crate::lexer::{TokenKind, decode_bits, decode_hex};

/// What may follow a type's keyword in parentheses.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Args {
    /// Nothing.
    None,
    /// `[(n)]`.
    Length,
    /// `(n)`.
    Required,
    /// `[(n, m)]`.
    Pair,
    /// `[(n [, m])]`.
    LengthOrPair,
    /// The members of ENUM and SET.
    Members,
}

/// What may follow after that.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Suffix {
    None,
    /// SIGNED, UNSIGNED, ZEROFILL.
    Numeric,
    /// A character set and BINARY.
    Charset,
    /// BINARY alone: NCHAR and its like have their character set.
    Binary,
    /// MariaDB's COMPRESSED alone.
    Compressed,
}

type TypeParts = (TypeKeyword, Args, Suffix);

const NVARCHAR: TypeParts = (TypeKeyword::NVarchar, Args::Required, Suffix::Binary);

impl Parser<'_> {
    /// A data type with what belongs to it: UNSIGNED, ZEROFILL, CHARACTER SET, BINARY.
    pub(crate) fn type_name(&mut self) -> PResult<TypeName> {
        let mark = self.mark();
        let (keyword, args, suffix) = self.type_keyword()?;
        let mut ty = TypeName {
            keyword,
            args: Vec::new(),
            values: Vec::new(),
            unsigned: false,
            zerofill: false,
            charset: None,
            binary: false,
            compressed: None,
            span: self.span_from(mark),
        };
        self.type_args(&mut ty, args)?;
        match suffix {
            Suffix::None => {}
            Suffix::Numeric => self.numeric_suffix(&mut ty),
            Suffix::Charset => {
                self.compressed_suffix(&mut ty)?;
                self.charset_suffix(&mut ty)?;
            }
            Suffix::Binary => ty.binary = self.eat_kw("BINARY"),
            Suffix::Compressed => self.compressed_suffix(&mut ty)?,
        }
        ty.span = self.span_from(mark);
        Ok(ty)
    }

    fn type_keyword(&mut self) -> PResult<TypeParts> {
        use TypeKeyword as K;
        let flavor = self.options.flavor;
        let word = self.upper();
        let float_args = Args::LengthOrPair;
        let found = match word.as_str() {
            "TINYINT" | "INT1" => (K::TinyInt, Args::Length, Suffix::Numeric),
            "SMALLINT" | "INT2" => (K::SmallInt, Args::Length, Suffix::Numeric),
            "MEDIUMINT" | "MIDDLEINT" | "INT3" => (K::MediumInt, Args::Length, Suffix::Numeric),
            "INT" | "INTEGER" | "INT4" => (K::Int, Args::Length, Suffix::Numeric),
            "BIGINT" | "INT8" => (K::BigInt, Args::Length, Suffix::Numeric),
            "BOOL" | "BOOLEAN" => (K::Bool, Args::None, Suffix::None),
            "SERIAL" => (K::Serial, Args::None, Suffix::None),
            "DECIMAL" | "DEC" | "NUMERIC" | "FIXED" => (K::Decimal, float_args, Suffix::Numeric),
            "NUMBER" if flavor.is_mariadb() && self.options.sql_mode.oracle => {
                (K::Decimal, float_args, Suffix::Numeric)
            }
            "FLOAT" | "FLOAT4" => (K::Float, float_args, Suffix::Numeric),
            "DOUBLE" => (K::Double, Args::Pair, Suffix::Numeric),
            "FLOAT8" => (K::Double, Args::Pair, Suffix::Numeric),
            "REAL" => (K::Real, Args::Pair, Suffix::Numeric),
            "BIT" => (K::Bit, Args::Length, Suffix::None),
            "CHAR" | "CHARACTER" => (K::Char, Args::Length, Suffix::Charset),
            "VARCHAR" | "VARCHARACTER" => (K::Varchar, Args::Required, Suffix::Charset),
            "VARCHAR2" if flavor.is_mariadb() && self.options.sql_mode.oracle => {
                (K::Varchar, Args::Required, Suffix::Charset)
            }
            "NCHAR" => (K::NChar, Args::Length, Suffix::Binary),
            "NVARCHAR" => (K::NVarchar, Args::Required, Suffix::Binary),
            "NATIONAL" => return self.national_type(),
            "BINARY" => (K::Binary, Args::Length, Suffix::None),
            "VARBINARY" => (K::Varbinary, Args::Required, Suffix::Compressed),
            "TINYTEXT" => (K::TinyText, Args::None, Suffix::Charset),
            "TEXT" => (K::Text, Args::Length, Suffix::Charset),
            "MEDIUMTEXT" => (K::MediumText, Args::None, Suffix::Charset),
            "LONGTEXT" => (K::LongText, Args::None, Suffix::Charset),
            "LONG" => return Ok(self.long_type()),
            "TINYBLOB" => (K::TinyBlob, Args::None, Suffix::Compressed),
            "BLOB" => (K::Blob, Args::Length, Suffix::Compressed),
            "MEDIUMBLOB" => (K::MediumBlob, Args::None, Suffix::Compressed),
            "LONGBLOB" => (K::LongBlob, Args::None, Suffix::Compressed),
            "ENUM" => (K::Enum, Args::Members, Suffix::Charset),
            "SET" => (K::Set, Args::Members, Suffix::Charset),
            "DATE" => (K::Date, Args::None, Suffix::None),
            "TIME" => (K::Time, Args::Length, Suffix::None),
            "DATETIME" => (K::DateTime, Args::Length, Suffix::None),
            "TIMESTAMP" => (K::Timestamp, Args::Length, Suffix::None),
            "YEAR" => (K::Year, Args::Length, Suffix::Numeric),
            "JSON" => (K::Json, Args::None, Suffix::None),
            "VECTOR" if flavor.mysql_since(9, 0, 0) || flavor.mariadb_since(11, 7, 0) => {
                (K::Vector, if flavor.is_mysql() { Args::Length } else { Args::Required }, Suffix::None)
            }
            "INET4" if flavor.mariadb_since(10, 10, 0) => (K::Inet4, Args::Length, Suffix::None),
            "INET6" if flavor.mariadb_since(10, 5, 0) => (K::Inet6, Args::Length, Suffix::None),
            "UUID" if flavor.mariadb_since(10, 7, 0) => (K::Uuid, Args::Length, Suffix::None),
            word => match geometry_kind(word, flavor.is_mysql()) {
                Some(kind) if flavor.is_mysql() => (K::Geometry(kind), Args::None, Suffix::None),
                Some(kind) => (K::Geometry(kind), Args::Length, Suffix::None),
                None if flavor.is_mariadb() => return Err(self.unknown_type()),
                None => return Err(self.error("a data type")),
            },
        };
        self.bump();
        Ok(self.second_type_word(found))
    }

    /// MariaDB's own error for a type that is a name, but no type's.
    fn unknown_type(&mut self) -> Box<SyntaxError> {
        let mut error = self.error("a data type");
        let reserved = ["CLOB", "NUMBER", "RAW", "ROWTYPE", "VARCHAR2"].contains(&self.upper().as_str());
        if let Ok(name) = self.object_name("a data type")
            && !reserved
        {
            error.errno = SyntaxError::UNKNOWN_DATA_TYPE;
            error.found = name.name.value;
        }
        error
    }

    /// DOUBLE PRECISION, CHAR VARYING, LONG VARBINARY and the like.
    fn second_type_word(&mut self, first: TypeParts) -> TypeParts {
        use TypeKeyword as K;
        match first.0 {
            K::Double => {
                self.eat_kw("PRECISION");
            }
            K::Char if self.eat_kw("VARYING") => return (K::Varchar, Args::Required, Suffix::Charset),
            K::NChar if self.eat_kw("VARYING") || self.eat_varchar() => return NVARCHAR,
            _ => {}
        }
        first
    }

    fn eat_varchar(&mut self) -> bool {
        self.eat_kw("VARCHAR") || self.eat_kw("VARCHARACTER")
    }

    fn national_type(&mut self) -> PResult<TypeParts> {
        self.bump();
        if self.eat_varchar() {
            return Ok(NVARCHAR);
        }
        if !self.eat_kw("CHAR") && !self.eat_kw("CHARACTER") {
            return Err(self.error("CHAR or VARCHAR"));
        }
        if self.eat_kw("VARYING") {
            return Ok(NVARCHAR);
        }
        Ok((TypeKeyword::NChar, Args::Length, Suffix::Binary))
    }

    fn long_type(&mut self) -> TypeParts {
        self.bump();
        if self.eat_kw("VARBINARY") {
            return (TypeKeyword::MediumBlob, Args::None, Suffix::None);
        }
        if !self.eat_kws(&["CHAR", "VARYING"]) && !self.eat_kws(&["CHARACTER", "VARYING"]) {
            self.eat_varchar();
        }
        (TypeKeyword::MediumText, Args::None, Suffix::Charset)
    }

    fn type_args(&mut self, ty: &mut TypeName, args: Args) -> PResult<()> {
        match args {
            Args::None => return Ok(()),
            Args::Members => {
                ty.values = self.paren_list(Self::member)?;
                return Ok(());
            }
            Args::Required => {}
            Args::Length | Args::Pair | Args::LengthOrPair => {
                if !self.at(TokenKind::LParen) {
                    return Ok(());
                }
            }
        }
        self.expect(TokenKind::LParen, "(")?;
        ty.args.push(self.length(ty.keyword)?);
        if args == Args::Pair || (args == Args::LengthOrPair && self.at(TokenKind::Comma)) {
            self.expect(TokenKind::Comma, ",")?;
            ty.args.push(self.integer("a number")?);
        }
        self.expect(TokenKind::RParen, ")")?;
        Ok(())
    }

    /// A length may be written as a decimal number, whose digits after the point don't count. On MySQL a number of
    /// digits of a second may not.
    fn length(&mut self, keyword: TypeKeyword) -> PResult<u64> {
        let fraction = matches!(keyword, TypeKeyword::Time | TypeKeyword::DateTime | TypeKeyword::Timestamp);
        let integer = fraction && self.options.flavor.is_mysql();
        if self.at(TokenKind::Decimal) && !integer {
            self.number("a number")
        } else {
            self.integer("a number")
        }
    }

    /// A member of ENUM or SET: a string, or bytes that are one.
    fn member(&mut self) -> PResult<Text> {
        const EXPECTED: &str = "a string";
        let token = self.peek();
        let bytes = match token.kind {
            TokenKind::HexString | TokenKind::HexNumber => decode_hex(self.text(token)),
            TokenKind::BitString | TokenKind::BitNumber => decode_bits(self.text(token)),
            _ => return self.text_string(EXPECTED),
        };
        let value = bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let Some(value) = value else { return Err(self.error(EXPECTED)) };
        self.bump();
        Ok(Text { value, span: token.span })
    }

    fn numeric_suffix(&mut self, ty: &mut TypeName) {
        let repeated = self.options.flavor.is_mysql();
        if !repeated && self.eat_kw("SIGNED") {
            return;
        }
        loop {
            if (repeated || !ty.unsigned) && self.eat_kw("UNSIGNED") {
                ty.unsigned = true;
            } else if (repeated || !ty.zerofill) && self.eat_kw("ZEROFILL") {
                ty.zerofill = true;
            } else if !(repeated && self.eat_kw("SIGNED")) {
                return;
            }
        }
    }

    /// BINARY may stand before or after the character set.
    fn charset_suffix(&mut self, ty: &mut TypeName) -> PResult<()> {
        ty.binary = self.eat_kw("BINARY");
        let charset = match self.upper().as_str() {
            "ASCII" => Some("latin1"),
            "UNICODE" => Some("ucs2"),
            "BYTE" if !ty.binary => Some("binary"),
            _ => None,
        };
        if let Some(charset) = charset {
            let token = self.bump();
            ty.charset = Some(Ident { value: charset.to_owned(), span: token.span, quoted: false });
        } else if self.eat_character_set() {
            ty.charset = Some(self.charset_name()?);
        }
        let binary_may_follow = ty.charset.is_some() && charset != Some("binary");
        if !ty.binary && binary_may_follow {
            ty.binary = self.eat_kw("BINARY");
        }
        Ok(())
    }

    pub(super) fn compressed_suffix(&mut self, ty: &mut TypeName) -> PResult<()> {
        use TypeKeyword as K;
        let uncompressed = matches!(ty.keyword, K::Char | K::Enum | K::Set | K::Json);
        if self.options.flavor.is_mysql() || uncompressed || !self.at_kw("COMPRESSED") {
            return Ok(());
        }
        let token = self.bump();
        let mut method = Text { value: String::new(), span: token.span };
        if self.eat(TokenKind::Eq) {
            let name = self.ident("a compression method")?;
            method = Text { value: name.value, span: token.span.cover(name.span) };
        }
        ty.compressed = Some(method);
        Ok(())
    }

    /// CHARACTER SET, CHAR SET or CHARSET.
    pub(super) fn eat_character_set(&mut self) -> bool {
        self.eat_kw("CHARSET") || self.eat_kws(&["CHARACTER", "SET"]) || self.eat_kws(&["CHAR", "SET"])
    }

    /// A character set's name: `binary` is reserved and a name here.
    pub(super) fn charset_name(&mut self) -> PResult<Ident> {
        self.name_or_binary("a character set")
    }

    /// A collation's name: `binary` is reserved and a name here.
    pub(super) fn collation_or_binary(&mut self) -> PResult<Ident> {
        self.name_or_binary("a collation")
    }

    fn name_or_binary(&mut self, expected: &'static str) -> PResult<Ident> {
        if self.at_kw("BINARY") { Ok(self.take_ident()) } else { self.ident_or_string(expected) }
    }
}

fn geometry_kind(word: &str, mysql: bool) -> Option<GeometryKind> {
    Some(match word {
        "GEOMETRY" => GeometryKind::Geometry,
        "POINT" => GeometryKind::Point,
        "LINESTRING" => GeometryKind::LineString,
        "POLYGON" => GeometryKind::Polygon,
        "MULTIPOINT" => GeometryKind::MultiPoint,
        "MULTILINESTRING" => GeometryKind::MultiLineString,
        "MULTIPOLYGON" => GeometryKind::MultiPolygon,
        "GEOMETRYCOLLECTION" => GeometryKind::GeometryCollection,
        "GEOMCOLLECTION" if mysql => GeometryKind::GeometryCollection,
        _ => return None,
    })
}
