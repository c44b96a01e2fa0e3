//! The fewest moves that bring a list into another order.

/// Which of the items have to move, given each item's position in the other list: all but a longest increasing run.
/// `O(n log n)`.
pub(super) fn moved(positions: &[usize]) -> Vec<bool> {
    // `ends[k]` is the item with the smallest position that ends an increasing run of k + 1 items.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(positions.len());
    for (item, position) in positions.iter().enumerate() {
        let length = ends.partition_point(|&end| positions[end] < *position);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        match ends.get_mut(length) {
            Some(end) => *end = item,
            None => ends.push(item),
        }
    }
    let mut moves = vec![true; positions.len()];
    let mut at = ends.last().copied();
    while let Some(item) = at {
        moves[item] = false;
        at = before[item];
    }
    moves
}

#[cfg(test)]
mod tests {
    use super::moved;

    fn moves(positions: &[usize]) -> usize {
        moved(positions).iter().filter(|moves| **moves).count()
    }

    #[test]
    fn fewest() {
        assert_eq!(moves(&[]), 0);
        assert_eq!(moves(&[0, 1, 2, 3]), 0);
        assert_eq!(moved(&[3, 0, 1, 2]), [true, false, false, false]);
        assert_eq!(moved(&[1, 2, 3, 0]), [false, false, false, true]);
        assert_eq!(moves(&[3, 2, 1, 0]), 3);
        assert_eq!(moves(&[0, 4, 1, 2, 3, 5]), 1);
    }
}
