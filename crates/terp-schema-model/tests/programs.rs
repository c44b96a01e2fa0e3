//! Views and stored programs, as MySQL 9.7.4 and MariaDB 11.8.9 print them.

use terp_schema_model::render::{create_event, create_routine, create_trigger, create_view};
use terp_schema_model::{Event, Flavor, Routine, RoutineKind, SqlSecurity, Trigger, View};

const ROOT: &str = "`root`@`localhost`";

#[test]
fn views() {
    let mut view = View {
        name: "v".to_owned(),
        definer: ROOT.to_owned(),
        body: "select `t`.`a` AS `a` from `t`".to_owned(),
        ..View::default()
    };
    assert_eq!(
        create_view(&view, Flavor::MYSQL_9_7),
        "CREATE ALGORITHM=UNDEFINED DEFINER=`root`@`localhost` SQL SECURITY DEFINER VIEW `v` AS select `t`.`a` AS `a` \
         from `t`"
    );
    view.definer = "`x`@`%`".to_owned();
    view.algorithm = "MERGE".to_owned();
    view.security = SqlSecurity::Invoker;
    view.columns = vec!["x".to_owned(), "y".to_owned()];
    view.check_option = "LOCAL".to_owned();
    assert_eq!(
        create_view(&view, Flavor::MYSQL_9_7),
        "CREATE ALGORITHM=MERGE DEFINER=`x`@`%` SQL SECURITY INVOKER VIEW `v` (`x`,`y`) AS select `t`.`a` AS `a` from \
         `t` WITH LOCAL CHECK OPTION"
    );
    assert!(create_view(&view, Flavor::MARIADB_11_8).contains("VIEW `v` AS select"));
}

#[test]
fn triggers() {
    let trigger = Trigger {
        name: "trg2".to_owned(),
        table: "t".to_owned(),
        timing: "AFTER".to_owned(),
        event: "UPDATE".to_owned(),
        definer: "`q``q`@`%`".to_owned(),
        body: "set @x = 1".to_owned(),
        ..Trigger::default()
    };
    assert_eq!(
        create_trigger(&trigger),
        "CREATE DEFINER=`q``q`@`%` TRIGGER `trg2` AFTER UPDATE ON `t` FOR EACH ROW set @x = 1"
    );
}

#[test]
fn routines() {
    let mut routine = Routine {
        name: "p2".to_owned(),
        definer: ROOT.to_owned(),
        deterministic: true,
        data_access: "MODIFIES SQL DATA".to_owned(),
        security: SqlSecurity::Invoker,
        comment: "it's\n".to_owned(),
        body: "select 1".to_owned(),
        ..Routine::default()
    };
    assert_eq!(
        create_routine(&routine),
        "CREATE DEFINER=`root`@`localhost` PROCEDURE `p2`()\n    MODIFIES SQL DATA\n    DETERMINISTIC\n    \
         SQL SECURITY INVOKER\n    COMMENT 'it''s\\n'\nselect 1"
    );
    routine = Routine {
        name: "f".to_owned(),
        kind: RoutineKind::Function,
        parameters: "x int".to_owned(),
        returns: "varchar(10) CHARSET latin1".to_owned(),
        body: "return concat( x,'a')".to_owned(),
        data_access: "CONTAINS SQL".to_owned(),
        ..Routine::default()
    };
    assert_eq!(
        create_routine(&routine),
        "CREATE FUNCTION `f`(x int) RETURNS varchar(10) CHARSET latin1\nreturn concat( x,'a')"
    );
}

#[test]
fn events() {
    let mut event = Event {
        name: "e".to_owned(),
        definer: ROOT.to_owned(),
        schedule: "EVERY 1 DAY STARTS '2030-01-01 00:00:00'".to_owned(),
        preserve: true,
        status: "DISABLE".to_owned(),
        comment: "c".to_owned(),
        body: "set @a=1".to_owned(),
        ..Event::default()
    };
    assert_eq!(
        create_event(&event),
        "CREATE DEFINER=`root`@`localhost` EVENT `e` ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' ON \
         COMPLETION PRESERVE DISABLE COMMENT 'c' DO set @a=1"
    );
    event = Event {
        name: "e2".to_owned(),
        schedule: "AT '2031-01-01 00:00:00'".to_owned(),
        body: "set  @a=1".to_owned(),
        ..Event::default()
    };
    assert_eq!(
        create_event(&event),
        "CREATE EVENT `e2` ON SCHEDULE AT '2031-01-01 00:00:00' ON COMPLETION NOT PRESERVE ENABLE DO set  @a=1"
    );
}
