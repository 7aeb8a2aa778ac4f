//! Which slot of a swap area comes next: clusters of 512 slots and the lists they wait on.
//!
//! Counterparts in `mm/swapfile.c`: `cluster_alloc_swap_entry`, `alloc_swap_scan_cluster`, `relocate_cluster`,
//! `free_cluster`. As on a rotating disk, all CPUs go on where the last allocation of an order stopped.
//!
//! Deviation: an area on a solid-state disk has a place to go on for each CPU; here there is one for all.

use std::collections::VecDeque;

/// Slots of a cluster.
pub const SWAPFILE_CLUSTER: u32 = 512;
/// Orders a folio in swap can have, 0..=9.
const SWAP_NR_ORDERS: usize = 10;

/// The list a cluster is on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum List {
    /// All its slots are free.
    Free,
    /// Some are.
    Nonfull,
    /// Some are, but no run of its order.
    Frag,
    /// None is.
    Full,
}

#[derive(Clone, Copy, Debug)]
struct Cluster {
    /// Slots in use; those beyond the end of the area count.
    count: u32,
    /// Order of the folios it serves while not empty.
    order: u8,
    list: List,
}

/// The clusters of one area.
#[derive(Clone, Debug)]
pub struct Clusters {
    max: u32,
    clusters: Vec<Cluster>,
    free: VecDeque<u32>,
    nonfull: [VecDeque<u32>; SWAP_NR_ORDERS],
    frag: [VecDeque<u32>; SWAP_NR_ORDERS],
    full: VecDeque<u32>,
    /// Where the next search of each order begins.
    next: [Option<u32>; SWAP_NR_ORDERS],
}

impl Clusters {
    /// Clusters of an area of `max` slots, the first of them its header (`setup_clusters`).
    pub fn new(max: u32) -> Clusters {
        let n = max.div_ceil(SWAPFILE_CLUSTER);
        let empty = Cluster {
            count: 0,
            order: 0,
            list: List::Free,
        };
        let mut c = Clusters {
            max,
            clusters: vec![empty; n as usize],
            free: VecDeque::new(),
            nonfull: Default::default(),
            frag: Default::default(),
            full: VecDeque::new(),
            next: [None; SWAP_NR_ORDERS],
        };
        for ci in 0..n {
            let beyond = ((ci + 1) * SWAPFILE_CLUSTER).saturating_sub(max);
            c.clusters[ci as usize].count = beyond + u32::from(ci == 0);
            c.push(ci);
        }
        c
    }

    fn queue(&mut self, ci: u32) -> &mut VecDeque<u32> {
        let c = self.clusters[ci as usize];
        match c.list {
            List::Free => &mut self.free,
            List::Nonfull => &mut self.nonfull[c.order as usize],
            List::Frag => &mut self.frag[c.order as usize],
            List::Full => &mut self.full,
        }
    }

    fn pop(&mut self, ci: u32) {
        let queue = self.queue(ci);
        if queue.back() == Some(&ci) {
            queue.pop_back();
        } else if let Some(at) = queue.iter().position(|x| *x == ci) {
            queue.remove(at);
        }
    }

    /// At the end of the list its count asks for.
    fn push(&mut self, ci: u32) {
        let c = &mut self.clusters[ci as usize];
        c.list = match c.count {
            0 => List::Free,
            SWAPFILE_CLUSTER => List::Full,
            _ => List::Nonfull,
        };
        if c.count == 0 {
            c.order = 0;
        }
        self.queue(ci).push_back(ci);
    }

    /// Finds a naturally aligned run of `2^order` slots of which `usable` says yes to each. Takes nothing.
    pub fn find(&mut self, order: u8, usable: impl Fn(u32) -> bool) -> Option<u32> {
        let o = order as usize;
        if let Some(next) = self.next[o].take() {
            let c = self.clusters[(next / SWAPFILE_CLUSTER) as usize];
            let fits = c.list != List::Full && (order == 0 || c.count == 0 || c.order == order);
            let from = if c.count == 0 {
                next - next % SWAPFILE_CLUSTER
            } else {
                next
            };
            if fits && let Some(found) = self.scan(from, order, &usable) {
                return Some(found);
            }
        }
        while usize::from(order) + 1 < SWAP_NR_ORDERS
            && let Some(&ci) = self.nonfull[o].front()
        {
            if let Some(found) = self.scan(ci * SWAPFILE_CLUSTER, order, &usable) {
                return Some(found);
            }
            self.pop(ci);
            self.clusters[ci as usize].list = List::Frag;
            self.queue(ci).push_back(ci);
        }
        if let Some(&ci) = self.free.front()
            && let Some(found) = self.scan(ci * SWAPFILE_CLUSTER, order, &usable)
        {
            return Some(found);
        }
        // What only the swap cache holds can be had back; then what serves other orders.
        let mut last: Vec<u32> = self.frag[o].iter().copied().collect();
        if order == 0 {
            last.extend(self.full.iter().copied());
            for other in 1..SWAP_NR_ORDERS {
                last.extend(self.frag[other].iter().chain(&self.nonfull[other]).copied());
            }
        }
        last.into_iter()
            .find_map(|ci| self.scan(ci * SWAPFILE_CLUSTER, order, &usable))
    }

    fn scan(&self, from: u32, order: u8, usable: &impl Fn(u32) -> bool) -> Option<u32> {
        let n = 1u32 << order;
        let end = (from - from % SWAPFILE_CLUSTER + SWAPFILE_CLUSTER).min(self.max);
        (from..end)
            .step_by(n as usize)
            .find(|&at| at + n <= end && (at..at + n).all(usable))
    }

    /// The run found becomes used.
    pub fn take(&mut self, at: u32, order: u8) {
        let (ci, n) = (at / SWAPFILE_CLUSTER, 1u32 << order);
        self.pop(ci);
        let c = &mut self.clusters[ci as usize];
        if c.count == 0 {
            c.order = order;
        }
        c.count += n;
        let (full, was_frag) = (c.count == SWAPFILE_CLUSTER, c.list == List::Frag);
        if was_frag && !full {
            self.queue(ci).push_back(ci);
        } else {
            self.push(ci);
        }
        let end = ((ci + 1) * SWAPFILE_CLUSTER).min(self.max);
        self.next[order as usize] = (!full && at + 2 * n <= end).then_some(at + n);
    }

    /// One slot is free again.
    pub fn put(&mut self, at: u32) {
        let ci = at / SWAPFILE_CLUSTER;
        let c = self.clusters[ci as usize];
        if c.count > 1 && c.list == List::Nonfull {
            self.clusters[ci as usize].count -= 1;
            return;
        }
        self.pop(ci);
        self.clusters[ci as usize].count -= 1;
        self.push(ci);
    }

    /// Slots in use, the header and those beyond the end included.
    pub fn nr_used(&self) -> u32 {
        self.clusters.iter().map(|c| c.count).sum()
    }

    /// Slots that clusters cover beyond the end of the area.
    pub fn nr_beyond(&self) -> u32 {
        self.clusters.len() as u32 * SWAPFILE_CLUSTER - self.max
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_follow_one_another_from_the_one_after_the_header() {
        let mut c = Clusters::new(1024);
        let mut used = [false; 1024];
        used[0] = true;
        for expected in 1..1024 {
            let at = c.find(0, |s| !used[s as usize]).unwrap();
            c.take(at, 0);
            used[at as usize] = true;
            assert_eq!(at, expected);
        }
        assert_eq!(c.find(0, |s| !used[s as usize]), None);
        c.put(700);
        used[700] = false;
        assert_eq!(c.find(0, |s| !used[s as usize]), Some(700));
    }

    #[test]
    fn a_huge_page_takes_a_whole_cluster() {
        let mut c = Clusters::new(1500);
        let found = c.find(9, |s| s != 0);
        assert_eq!(found, Some(512));
        c.take(512, 9);
        assert_eq!(c.find(9, |s| s != 0 && !(512..1024).contains(&s)), None);
        assert_eq!(c.nr_used() - c.nr_beyond(), 513);
    }
}
