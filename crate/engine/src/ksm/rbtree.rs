//! Red-black trees over ids.
//!
//! The links live in the nodes of a slab, as `struct rb_node` lives in the kernel's objects; a tree is the id of
//! its root. Insertion and removal rebalance in the same cases as `lib/rbtree.c`: the unstable tree's keys change
//! under it, so which nodes a later search passes depends on the very shape of the tree.

use std::cmp::Ordering;

/// Links of one node. Ids count from 1; 0 is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct RbLink {
    /// Parent's id shifted left by one, plus [`BLACK`].
    parent_color: u32,
    left: u32,
    right: u32,
}

const BLACK: u32 = 1;

/// A child's place, and the place a search would have descended to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Side {
    Left,
    Right,
}

impl Side {
    fn other(self) -> Side {
        match self {
            Side::Left => Side::Right,
            Side::Right => Side::Left,
        }
    }

    /// Where a smaller (`Less`) or greater key goes.
    pub(crate) fn of(order: Ordering) -> Side {
        if order == Ordering::Less {
            Side::Left
        } else {
            Side::Right
        }
    }
}

impl RbLink {
    /// The space of the links used as a list link instead: owner, previous, next.
    pub(crate) fn list(owner: u32, prev: u32, next: u32) -> RbLink {
        RbLink {
            parent_color: owner << 1,
            left: prev,
            right: next,
        }
    }

    #[inline]
    pub(crate) fn owner(self) -> u32 {
        self.parent_color >> 1
    }

    #[inline]
    pub(crate) fn prev(self) -> u32 {
        self.left
    }

    #[inline]
    pub(crate) fn next(self) -> u32 {
        self.right
    }

    pub(crate) fn set_prev(&mut self, id: u32) {
        self.left = id;
    }

    pub(crate) fn set_next(&mut self, id: u32) {
        self.right = id;
    }

    #[inline]
    pub(crate) fn child(self, side: Side) -> u32 {
        match side {
            Side::Left => self.left,
            Side::Right => self.right,
        }
    }

    fn parent(self) -> u32 {
        self.parent_color >> 1
    }

    fn set_child(&mut self, side: Side, id: u32) {
        match side {
            Side::Left => self.left = id,
            Side::Right => self.right = id,
        }
    }

    fn set_parent(&mut self, id: u32) {
        self.parent_color = id << 1 | self.parent_color & BLACK;
    }

    fn set_color(&mut self, color: u32) {
        self.parent_color = self.parent_color & !BLACK | color;
    }
}

/// Who keeps the links.
pub(crate) trait RbNodes {
    fn link(&self, id: u32) -> RbLink;
    fn link_mut(&mut self, id: u32) -> &mut RbLink;
}

fn color(nodes: &impl RbNodes, id: u32) -> u32 {
    if id == 0 {
        BLACK
    } else {
        nodes.link(id).parent_color & BLACK
    }
}

fn side_of(nodes: &impl RbNodes, parent: u32, child: u32) -> Side {
    if nodes.link(parent).left == child {
        Side::Left
    } else {
        Side::Right
    }
}

/// Puts `new` where `old` hangs: under its parent, or at the root.
fn change_child(nodes: &mut impl RbNodes, root: &mut u32, parent: u32, old: u32, new: u32) {
    if parent == 0 {
        *root = new;
    } else {
        let side = side_of(nodes, parent, old);
        nodes.link_mut(parent).set_child(side, new);
    }
}

/// `top` sinks to `side`; its child on the other side takes its place.
fn rotate(nodes: &mut impl RbNodes, root: &mut u32, top: u32, side: Side) {
    let up = nodes.link(top).child(side.other());
    let inner = nodes.link(up).child(side);
    let parent = nodes.link(top).parent();
    change_child(nodes, root, parent, top, up);
    nodes.link_mut(up).set_parent(parent);
    nodes.link_mut(up).set_child(side, top);
    nodes.link_mut(top).set_parent(up);
    nodes.link_mut(top).set_child(side.other(), inner);
    if inner != 0 {
        nodes.link_mut(inner).set_parent(top);
    }
}

/// Links `id` below `parent` (0: an empty tree) and rebalances (`rb_link_node`, `rb_insert_color`).
pub(crate) fn insert(nodes: &mut impl RbNodes, root: &mut u32, id: u32, parent: u32, side: Side) {
    *nodes.link_mut(id) = RbLink {
        parent_color: parent << 1,
        left: 0,
        right: 0,
    };
    if parent == 0 {
        *root = id;
    } else {
        nodes.link_mut(parent).set_child(side, id);
    }
    let mut node = id;
    loop {
        let parent = nodes.link(node).parent();
        if parent == 0 {
            nodes.link_mut(node).set_color(BLACK);
            return;
        }
        if color(nodes, parent) == BLACK {
            return;
        }
        let grand = nodes.link(parent).parent();
        let side = side_of(nodes, grand, parent);
        let uncle = nodes.link(grand).child(side.other());
        if color(nodes, uncle) != BLACK {
            nodes.link_mut(uncle).set_color(BLACK);
            nodes.link_mut(parent).set_color(BLACK);
            nodes.link_mut(grand).set_color(0);
            node = grand;
            continue;
        }
        let mut top = parent;
        if side_of(nodes, parent, node) != side {
            rotate(nodes, root, parent, side);
            top = node;
        }
        rotate(nodes, root, grand, side.other());
        nodes.link_mut(top).set_color(BLACK);
        nodes.link_mut(grand).set_color(0);
        return;
    }
}

/// Takes `id` out (`rb_erase`). A node with two children is replaced by its successor.
pub(crate) fn erase(nodes: &mut impl RbNodes, root: &mut u32, id: u32) {
    let old = nodes.link(id);
    let parent = old.parent();
    if old.left == 0 || old.right == 0 {
        let child = old.left | old.right;
        change_child(nodes, root, parent, id, child);
        if child != 0 {
            nodes.link_mut(child).parent_color = old.parent_color;
        } else if old.parent_color & BLACK != 0 {
            rebalance(nodes, root, parent);
        }
        return;
    }
    let mut next = old.right;
    while nodes.link(next).left != 0 {
        next = nodes.link(next).left;
    }
    let successor = nodes.link(next);
    let below = successor.right;
    let hole = if next == old.right {
        next
    } else {
        let above = successor.parent();
        nodes.link_mut(above).left = below;
        nodes.link_mut(next).right = old.right;
        nodes.link_mut(old.right).set_parent(next);
        above
    };
    nodes.link_mut(next).left = old.left;
    nodes.link_mut(old.left).set_parent(next);
    change_child(nodes, root, parent, id, next);
    nodes.link_mut(next).parent_color = old.parent_color;
    if below != 0 {
        nodes.link_mut(below).parent_color = hole << 1 | BLACK;
    } else if successor.parent_color & BLACK != 0 {
        rebalance(nodes, root, hole);
    }
}

/// A black node is missing below `parent`, where a child is absent.
fn rebalance(nodes: &mut impl RbNodes, root: &mut u32, mut parent: u32) {
    let mut node = 0;
    while parent != 0 {
        let side = side_of(nodes, parent, node);
        let far = side.other();
        let mut sibling = nodes.link(parent).child(far);
        if color(nodes, sibling) != BLACK {
            rotate(nodes, root, parent, side);
            nodes.link_mut(sibling).set_color(BLACK);
            nodes.link_mut(parent).set_color(0);
            sibling = nodes.link(parent).child(far);
        }
        if color(nodes, nodes.link(sibling).child(far)) == BLACK {
            let inner = nodes.link(sibling).child(side);
            if color(nodes, inner) == BLACK {
                nodes.link_mut(sibling).set_color(0);
                if color(nodes, parent) != BLACK {
                    nodes.link_mut(parent).set_color(BLACK);
                    return;
                }
                node = parent;
                parent = nodes.link(node).parent();
                continue;
            }
            rotate(nodes, root, sibling, far);
            nodes.link_mut(sibling).set_color(0);
            sibling = inner;
        }
        let outer = nodes.link(sibling).child(far);
        let parents = color(nodes, parent);
        rotate(nodes, root, parent, side);
        nodes.link_mut(sibling).set_color(parents);
        nodes.link_mut(parent).set_color(BLACK);
        nodes.link_mut(outer).set_color(BLACK);
        return;
    }
}

/// `new` takes the very place of `old` (`rb_replace_node`).
pub(crate) fn replace(nodes: &mut impl RbNodes, root: &mut u32, old: u32, new: u32) {
    let link = nodes.link(old);
    *nodes.link_mut(new) = link;
    change_child(nodes, root, link.parent(), old, new);
    for child in [link.left, link.right] {
        if child != 0 {
            nodes.link_mut(child).set_parent(new);
        }
    }
}

/// All nodes in order, from the smallest.
pub(crate) fn in_order(nodes: &impl RbNodes, root: u32) -> Vec<u32> {
    let (mut out, mut path, mut at) = (Vec::new(), Vec::new(), root);
    while at != 0 || !path.is_empty() {
        while at != 0 {
            path.push(at);
            at = nodes.link(at).left;
        }
        if let Some(id) = path.pop() {
            out.push(id);
            at = nodes.link(id).right;
        }
    }
    out
}

/// Checks parents, colours and black heights.
///
/// # Errors
/// What is wrong, and at which node.
pub(crate) fn check(nodes: &impl RbNodes, root: u32) -> Result<(), String> {
    if color(nodes, root) != BLACK {
        return Err(format!("red root {root}"));
    }
    let (mut height, mut stack) = (None, vec![(root, 0, 0)]);
    while let Some((id, parent, blacks)) = stack.pop() {
        if id == 0 {
            if *height.get_or_insert(blacks) != blacks {
                return Err(format!(
                    "black height {blacks} below {parent}, elsewhere {height:?}"
                ));
            }
            continue;
        }
        let link = nodes.link(id);
        if link.parent() != parent {
            return Err(format!(
                "node {id} below {parent} names parent {}",
                link.parent()
            ));
        }
        if color(nodes, id) != BLACK && color(nodes, parent) != BLACK {
            return Err(format!("red node {id} below red node {parent}"));
        }
        let blacks = blacks + i32::from(color(nodes, id) == BLACK);
        stack.extend([(link.left, id, blacks), (link.right, id, blacks)]);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    impl RbNodes for Vec<RbLink> {
        fn link(&self, id: u32) -> RbLink {
            self[id as usize]
        }
        fn link_mut(&mut self, id: u32) -> &mut RbLink {
            &mut self[id as usize]
        }
    }

    fn add(nodes: &mut Vec<RbLink>, root: &mut u32, id: u32) {
        let (mut parent, mut side, mut at) = (0, Side::Left, *root);
        while at != 0 {
            (parent, side) = (at, Side::of(id.cmp(&at)));
            at = nodes.link(at).child(side);
        }
        insert(nodes, root, id, parent, side);
    }

    /// Shape and colours as text: `(left id right)`, black nodes starred.
    fn show(nodes: &Vec<RbLink>, id: u32) -> String {
        let l = nodes.link(id);
        if id == 0 {
            return String::new();
        }
        let star = if color(nodes, id) == BLACK { "*" } else { "" };
        format!(
            "({}{id}{star}{})",
            show(nodes, l.left),
            show(nodes, l.right)
        )
    }

    #[test]
    fn shapes_are_those_of_the_kernel() {
        let (mut nodes, mut root) = (vec![RbLink::default(); 16], 0);
        for id in 1..=8 {
            add(&mut nodes, &mut root, id);
        }
        assert_eq!(show(&nodes, root), "(((1*)2(3*))4*((5*)6(7*(8))))");
        erase(&mut nodes, &mut root, 4);
        assert_eq!(show(&nodes, root), "(((1*)2(3*))5*((6*)7(8*)))");
        erase(&mut nodes, &mut root, 1);
        assert_eq!(show(&nodes, root), "((2*(3))5*((6*)7(8*)))");
    }

    #[test]
    fn stays_balanced_and_ordered_under_random_changes() {
        let (mut nodes, mut root) = (vec![RbLink::default(); 512], 0);
        let mut present = std::collections::BTreeSet::new();
        for step in 0..20_000u64 {
            let id = 1 + (crate::phys::content::mix(step) % 511) as u32;
            if present.insert(id) {
                add(&mut nodes, &mut root, id);
            } else {
                present.remove(&id);
                erase(&mut nodes, &mut root, id);
            }
            if step % 97 == 0 {
                check(&nodes, root).unwrap();
                assert_eq!(
                    in_order(&nodes, root),
                    present.iter().copied().collect::<Vec<_>>()
                );
            }
        }
    }

    #[test]
    fn a_replaced_node_leaves_its_place_to_the_other() {
        let (mut nodes, mut root) = (vec![RbLink::default(); 16], 0);
        (1..=7).for_each(|id| add(&mut nodes, &mut root, id));
        replace(&mut nodes, &mut root, 2, 9);
        check(&nodes, root).unwrap();
        assert_eq!(in_order(&nodes, root), [1, 9, 3, 4, 5, 6, 7]);
        replace(&mut nodes, &mut root, 4, 10);
        assert_eq!(
            (root, in_order(&nodes, root)),
            (9, vec![1, 9, 3, 10, 5, 6, 7])
        );
    }
}
