//! Arbitrary models.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use terp_schema_model::*;

fn text() -> BoxedStrategy<String> {
    prop_oneof![
        4 => "[a-z_]{1,6}",
        2 => "[a-zA-Z0-9 `'\"\\\\(),.%é€😀\n\r\t\u{0}\u{1a}-]{0,8}",
        1 => any::<String>(),
    ]
    .boxed()
}

fn optional_text() -> BoxedStrategy<Option<String>> {
    option::weighted(0.2, text()).boxed()
}

fn big() -> BoxedStrategy<Option<u64>> {
    option::weighted(0.2, any::<u64>()).boxed()
}

fn rarely() -> BoxedStrategy<bool> {
    proptest::bool::weighted(0.2).boxed()
}

fn pairs() -> BoxedStrategy<Vec<(String, String)>> {
    vec((text(), text()), 0..2).boxed()
}

fn names() -> BoxedStrategy<Vec<String>> {
    vec(text(), 0..3).boxed()
}

fn column_type() -> BoxedStrategy<ColumnType> {
    use proptest::sample::select;
    let size = select(vec![
        IntegerSize::TinyInt,
        IntegerSize::SmallInt,
        IntegerSize::MediumInt,
        IntegerSize::Int,
        IntegerSize::BigInt,
    ]);
    let lob = || select(vec![LobSize::Tiny, LobSize::Regular, LobSize::Medium, LobSize::Long]);
    let kind = select(vec![
        GeometryKind::Geometry,
        GeometryKind::Point,
        GeometryKind::LineString,
        GeometryKind::Polygon,
        GeometryKind::MultiPoint,
        GeometryKind::MultiLineString,
        GeometryKind::MultiPolygon,
        GeometryKind::GeometryCollection,
    ]);
    prop_oneof![
        (size, option::of(any::<u16>()), any::<bool>(), any::<bool>()).prop_map(
            |(size, width, unsigned, zerofill)| ColumnType::Integer { size, width, unsigned, zerofill }
        ),
        (any::<u8>(), any::<u8>(), any::<bool>(), any::<bool>()).prop_map(
            |(precision, scale, unsigned, zerofill)| ColumnType::Decimal {
                precision,
                scale,
                unsigned,
                zerofill
            }
        ),
        (any::<bool>(), option::of(any::<(u8, u8)>()), any::<bool>(), any::<bool>()).prop_map(
            |(double, digits, unsigned, zerofill)| ColumnType::Float { double, digits, unsigned, zerofill }
        ),
        any::<u8>().prop_map(|width| ColumnType::Bit { width }),
        any::<u32>().prop_map(|length| ColumnType::Char { length }),
        any::<u32>().prop_map(|length| ColumnType::Varchar { length }),
        any::<u32>().prop_map(|length| ColumnType::Binary { length }),
        any::<u32>().prop_map(|length| ColumnType::Varbinary { length }),
        lob().prop_map(|size| ColumnType::Text { size }),
        lob().prop_map(|size| ColumnType::Blob { size }),
        names().prop_map(|values| ColumnType::Enum { values }),
        names().prop_map(|values| ColumnType::Set { values }),
        Just(ColumnType::Date),
        (0u8..7).prop_map(|fsp| ColumnType::Time { fsp }),
        (0u8..7).prop_map(|fsp| ColumnType::DateTime { fsp }),
        (0u8..7).prop_map(|fsp| ColumnType::Timestamp { fsp }),
        Just(ColumnType::Year),
        Just(ColumnType::Json),
        (kind, option::of(any::<u32>())).prop_map(|(kind, srid)| ColumnType::Geometry { kind, srid }),
        any::<u32>().prop_map(|dimensions| ColumnType::Vector { dimensions }),
        Just(ColumnType::Inet4),
        Just(ColumnType::Inet6),
        Just(ColumnType::Uuid),
    ]
    .boxed()
}

fn character_set() -> BoxedStrategy<CharacterSet> {
    prop_oneof![
        Just(CharacterSet::new("utf8mb4", "utf8mb4_0900_ai_ci")),
        Just(CharacterSet::new("latin1", "latin1_swedish_ci")),
        Just(CharacterSet::new("utf16", "utf16_bin")),
        Just(CharacterSet::new("binary", "binary")),
        (text(), text()).prop_map(|(charset, collation)| CharacterSet::new(charset, collation)),
    ]
    .boxed()
}

fn default_value() -> BoxedStrategy<DefaultValue> {
    prop_oneof![
        Just(DefaultValue::Null),
        text().prop_map(DefaultValue::Literal),
        "[01]{1,8}".prop_map(DefaultValue::Bits),
        text().prop_map(DefaultValue::Hex),
        Just(DefaultValue::Now),
        text().prop_map(DefaultValue::Expression),
        text().prop_map(DefaultValue::NextValue),
    ]
    .boxed()
}

fn generated() -> BoxedStrategy<Generated> {
    prop_oneof![
        (text(), any::<bool>()).prop_map(|(expression, stored)| Generated::Expression { expression, stored }),
        Just(Generated::RowStart),
        Just(Generated::RowEnd),
    ]
    .boxed()
}

fn check() -> BoxedStrategy<Check> {
    (text(), text(), any::<bool>())
        .prop_map(|(name, expression, not_enforced)| Check { name, expression, not_enforced })
        .boxed()
}

fn column() -> BoxedStrategy<Column> {
    let first = (
        text(),
        column_type(),
        option::of((character_set(), any::<bool>())),
        any::<bool>(),
        option::of(default_value()),
        rarely(),
        rarely(),
        option::weighted(0.2, generated()),
        rarely(),
        prop_oneof![3 => Just(String::new()), 1 => text()],
    );
    let second = (
        option::weighted(0.2, check()),
        optional_text(),
        optional_text(),
        optional_text(),
        optional_text(),
        optional_text(),
        rarely(),
        option::weighted(0.2, any::<bool>()),
        pairs(),
    );
    (first, second)
        .prop_map(|(a, b)| Column {
            name: a.0,
            ty: a.1,
            character_set: a.2.map(|(set, explicit)| ColumnCharacterSet { set, explicit }),
            nullable: a.3,
            default: a.4,
            on_update_now: a.5,
            auto_increment: a.6,
            generated: a.7,
            invisible: a.8,
            comment: a.9,
            check: b.0,
            compressed: b.1,
            column_format: b.2,
            storage: b.3,
            engine_attribute: b.4,
            secondary_engine_attribute: b.5,
            not_secondary: b.6,
            system_versioning: b.7,
            attributes: b.8,
        })
        .boxed()
}

fn index() -> BoxedStrategy<Index> {
    use proptest::sample::select;
    let kind = select(vec![
        IndexKind::Primary,
        IndexKind::Unique,
        IndexKind::Key,
        IndexKind::Fulltext,
        IndexKind::Spatial,
        IndexKind::Vector,
    ]);
    let part_kind = prop_oneof![
        3 => text().prop_map(IndexPartKind::Column),
        1 => text().prop_map(IndexPartKind::Expression),
    ];
    let part = (part_kind, option::of(any::<u32>()), any::<bool>())
        .prop_map(|(kind, length, descending)| IndexPart { kind, length, descending });
    let using = option::of(select(vec![IndexAlgorithm::BTree, IndexAlgorithm::Hash, IndexAlgorithm::RTree]));
    let first = (text(), kind, vec(part, 0..3), using, big(), optional_text(), rarely(), text(), rarely());
    (first, optional_text(), optional_text(), optional_text(), pairs())
        .prop_map(|(a, without_overlaps, engine_attribute, secondary_engine_attribute, attributes)| Index {
            name: a.0,
            kind: a.1,
            parts: a.2,
            using: a.3,
            key_block_size: a.4,
            parser: a.5,
            invisible: a.6,
            comment: a.7,
            generated: a.8,
            without_overlaps,
            engine_attribute,
            secondary_engine_attribute,
            attributes,
        })
        .boxed()
}

fn foreign_key() -> BoxedStrategy<ForeignKey> {
    let action = || {
        option::of(proptest::sample::select(vec![
            ReferentialAction::Restrict,
            ReferentialAction::Cascade,
            ReferentialAction::SetNull,
            ReferentialAction::NoAction,
            ReferentialAction::SetDefault,
        ]))
    };
    (text(), names(), optional_text(), text(), names(), action(), action())
        .prop_map(
            |(
                name,
                columns,
                referenced_schema,
                referenced_table,
                referenced_columns,
                on_delete,
                on_update,
            )| {
                ForeignKey {
                    name,
                    columns,
                    referenced_schema,
                    referenced_table,
                    referenced_columns,
                    on_delete,
                    on_update,
                }
            },
        )
        .boxed()
}

fn partitioning() -> BoxedStrategy<Partitioning> {
    let method = || {
        prop_oneof![
            text().prop_map(|expression| PartitionMethod::Range { expression }),
            names().prop_map(|columns| PartitionMethod::RangeColumns { columns }),
            text().prop_map(|expression| PartitionMethod::List { expression }),
            names().prop_map(|columns| PartitionMethod::ListColumns { columns }),
            (text(), any::<bool>())
                .prop_map(|(expression, linear)| PartitionMethod::Hash { expression, linear }),
            (names(), any::<bool>(), option::of(1u8..3))
                .prop_map(|(columns, linear, algorithm)| PartitionMethod::Key { columns, linear, algorithm }),
            text().prop_map(|rest| PartitionMethod::SystemTime { rest }),
        ]
    };
    let bound = || prop_oneof![Just(PartitionBound::MaxValue), text().prop_map(PartitionBound::Value)];
    let values = prop_oneof![
        Just(PartitionValues::None),
        vec(bound(), 0..3).prop_map(PartitionValues::LessThan),
        vec(vec(bound(), 0..3), 0..3).prop_map(PartitionValues::In),
        Just(PartitionValues::Default),
        Just(PartitionValues::History),
        Just(PartitionValues::Current),
    ];
    let options = || {
        (text(), text(), optional_text(), optional_text(), big(), big(), optional_text(), big()).prop_map(
            |(
                engine,
                comment,
                data_directory,
                index_directory,
                max_rows,
                min_rows,
                tablespace,
                nodegroup,
            )| {
                PartitionOptions {
                    engine,
                    comment,
                    data_directory,
                    index_directory,
                    max_rows,
                    min_rows,
                    tablespace,
                    nodegroup,
                }
            },
        )
    };
    let listing = || {
        proptest::sample::select(vec![
            PartitionListing::Listed,
            PartitionListing::Counted,
            PartitionListing::Implied,
        ])
    };
    let subpartition = (text(), options()).prop_map(|(name, options)| Subpartition { name, options });
    let partition = (text(), values, options(), vec(subpartition, 0..2)).prop_map(
        |(name, values, options, subpartitions)| Partition { name, values, options, subpartitions },
    );
    let subpartitioning = (method(), any::<u32>(), listing())
        .prop_map(|(method, count, listing)| Subpartitioning { method, count, listing });
    (method(), vec(partition, 0..3), listing(), option::of(subpartitioning))
        .prop_map(|(method, partitions, listing, subpartitioning)| Partitioning {
            method,
            partitions,
            listing,
            subpartitioning,
        })
        .boxed()
}

fn table_options() -> BoxedStrategy<TableOptions> {
    let yes_or_no = || option::weighted(0.2, any::<bool>());
    let numbers = (big(), big(), big(), big(), big(), big(), big());
    let flags = (yes_or_no(), yes_or_no(), yes_or_no(), yes_or_no(), yes_or_no());
    let set = (rarely(), rarely(), rarely(), rarely());
    let texts = vec(optional_text(), 12);
    (text(), numbers, flags, set, texts, names(), pairs())
        .prop_map(|(engine, numbers, flags, set, mut texts, union, attributes)| {
            let mut next = || texts.pop().unwrap_or_default();
            TableOptions {
                engine,
                auto_increment: numbers.0,
                row_format: next(),
                key_block_size: numbers.1,
                min_rows: numbers.2,
                max_rows: numbers.3,
                avg_row_length: numbers.4,
                pack_keys: flags.0,
                stats_persistent: flags.1,
                stats_auto_recalc: flags.2,
                stats_sample_pages: numbers.5,
                checksum: set.0,
                delay_key_write: set.1,
                compression: next(),
                encryption: next(),
                tablespace: next(),
                storage: next(),
                autoextend_size: numbers.6,
                engine_attribute: next(),
                secondary_engine_attribute: next(),
                secondary_engine: next(),
                data_directory: next(),
                index_directory: next(),
                insert_method: next(),
                union,
                connection: next(),
                transactional: flags.3,
                page_checksum: flags.4,
                sequence: set.2,
                system_versioning: set.3,
                attributes,
            }
        })
        .boxed()
}

fn table() -> BoxedStrategy<Table> {
    let period = (text(), text(), text()).prop_map(|(name, start, end)| Period { name, start, end });
    let contents = (
        vec(column(), 0..4),
        vec(index(), 0..3),
        vec(foreign_key(), 0..2),
        vec(check(), 0..2),
        vec(period, 0..2),
    );
    (text(), contents, character_set(), text(), table_options(), option::of(partitioning()))
        .prop_map(|(name, contents, character_set, comment, options, partitioning)| Table {
            name,
            columns: contents.0,
            indexes: contents.1,
            foreign_keys: contents.2,
            checks: contents.3,
            periods: contents.4,
            character_set,
            comment,
            options,
            partitioning,
        })
        .boxed()
}

fn context() -> BoxedStrategy<CreationContext> {
    (text(), text(), text(), text())
        .prop_map(|(sql_mode, character_set_client, collation_connection, database_collation)| {
            CreationContext { sql_mode, character_set_client, collation_connection, database_collation }
        })
        .boxed()
}

fn security() -> BoxedStrategy<SqlSecurity> {
    proptest::sample::select(vec![SqlSecurity::Definer, SqlSecurity::Invoker]).boxed()
}

type Programs = (Vec<View>, Vec<Trigger>, Vec<Routine>, Vec<Event>);

fn programs() -> BoxedStrategy<Programs> {
    let view = (text(), text(), security(), text(), names(), text(), text(), context()).prop_map(
        |(name, definer, security, algorithm, columns, body, check_option, context)| View {
            name,
            definer,
            security,
            algorithm,
            columns,
            body,
            check_option,
            context,
        },
    );
    let trigger = (text(), text(), text(), text(), text(), text(), context()).prop_map(
        |(name, table, timing, event, definer, body, context)| Trigger {
            name,
            table,
            timing,
            event,
            definer,
            body,
            context,
            ..Trigger::default()
        },
    );
    let kind = proptest::sample::select(vec![RoutineKind::Procedure, RoutineKind::Function]);
    let routine = (
        (text(), kind, text(), text(), text()),
        any::<bool>(),
        text(),
        security(),
        text(),
        text(),
        context(),
    )
        .prop_map(|(head, deterministic, data_access, security, comment, body, context)| Routine {
            name: head.0,
            kind: head.1,
            definer: head.2,
            parameters: head.3,
            returns: head.4,
            deterministic,
            data_access,
            security,
            comment,
            body,
            context,
        });
    let event = (text(), text(), text(), any::<bool>(), text(), text(), text(), context()).prop_map(
        |(name, definer, schedule, preserve, status, comment, body, context)| Event {
            name,
            definer,
            schedule,
            time_zone: String::new(),
            preserve,
            status,
            comment,
            body,
            context,
        },
    );
    (vec(view, 0..2), vec(trigger, 0..2), vec(routine, 0..2), vec(event, 0..2)).boxed()
}

/// Any schema for any server.
pub(crate) fn schema_file() -> BoxedStrategy<SchemaFile> {
    let flavor = proptest::sample::select(vec![
        Flavor::MYSQL_9_7,
        Flavor::mysql(8, 0, 18),
        Flavor::MARIADB_10_11,
        Flavor::MARIADB_11_8,
        Flavor::mariadb(10, 6, 0),
    ]);
    (flavor, optional_text(), character_set(), vec(table(), 0..3), programs())
        .prop_map(|(flavor, name, character_set, tables, (views, triggers, routines, events))| {
            SchemaFile::new(flavor, Schema { name, character_set, tables, views, triggers, routines, events })
        })
        .boxed()
}
