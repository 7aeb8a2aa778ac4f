//! `hugepagesz=`, `hugepages=` and `default_hugepagesz=`.
//!
//! Counterparts in `mm/hugetlb.c`: `hugepagesz_setup`, `hugepages_setup`, `default_hugepagesz_setup`.

use crate::machine::Machine;

/// What the command line says about hugetlb. A wrong parameter is ignored, as the kernel ignores it with a warning.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct HugetlbBoot {
    /// The cont-pte and cont-pmd sizes of arm64 as well: 64 KiB and 32 MiB.
    pub cont: bool,
    /// `hugetlb_free_vmemmap=on`: the memory map of pages in a pool is given away (HVO).
    pub free_vmemmap: bool,
    /// Size of `default_hugepagesz=`, as an index.
    default_size: Option<usize>,
    /// Pages asked for by size: of all nodes, or by node.
    counts: [Option<Count>; 4],
    cma: super::cma::CmaBoot,
    /// Size the next `hugepages=` means; `None` after one that does not exist.
    parsed: Parsed,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Count {
    All(u64),
    Nodes(Vec<(u8, u64)>),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Parsed {
    /// Nothing yet: the default size.
    #[default]
    First,
    Size(usize),
    Unsupported,
    /// Its count was given.
    Counted,
}

/// A number that may end in K, M or G (`memparse`); nothing may follow.
pub(super) fn memparse(text: &str) -> Option<u64> {
    let (digits, shift) = match text.as_bytes().last()? {
        b'K' | b'k' => (&text[..text.len() - 1], 10),
        b'M' | b'm' => (&text[..text.len() - 1], 20),
        b'G' | b'g' => (&text[..text.len() - 1], 30),
        _ => (text, 0),
    };
    digits.parse::<u64>().ok()?.checked_mul(1 << shift)
}

impl HugetlbBoot {
    fn size_of(&self, text: &str) -> Option<usize> {
        let bytes = memparse(text)?;
        let known = super::HSTATE_ORDERS
            .iter()
            .position(|o| bytes == 4096 << o)?;
        (known < 2 || self.cont).then_some(known)
    }

    /// `hugepagesz=`
    pub fn hugepagesz(&mut self, value: &str) {
        self.parsed = match self.size_of(value) {
            // Given twice: the second count is ignored, unless the first had none.
            Some(s) if self.counts[s].is_some() => Parsed::Counted,
            Some(s) => Parsed::Size(s),
            None => Parsed::Unsupported,
        };
    }

    /// `default_hugepagesz=`; only the first counts.
    pub fn default_hugepagesz(&mut self, value: &str) {
        self.parsed = match self.size_of(value) {
            Some(_) if self.default_size.is_some() => Parsed::Unsupported,
            Some(s) => {
                self.default_size = Some(s);
                // A count given before any size belongs to the default size.
                if s > 0 && self.counts[s].is_none() && self.parsed == Parsed::Counted {
                    self.counts.swap(0, s);
                    Parsed::Counted
                } else {
                    Parsed::Size(s)
                }
            }
            None => Parsed::Unsupported,
        };
    }

    /// `hugetlb_cma=`: bytes kept for 1 GiB pages, or `NODE:BYTES,…`.
    pub fn hugetlb_cma(&mut self, value: &str, nodes: u8) {
        let only = self.cma.only;
        self.cma = super::cma::CmaBoot::parse(value, nodes);
        self.cma.only = only;
    }

    /// `hugetlb_cma_only`: 1 GiB pages come from there alone.
    pub fn hugetlb_cma_only(&mut self, value: &str) {
        self.cma.only = matches!(value, "on" | "1" | "y");
    }

    /// `hugepages=`: a number, or `NODE:NUMBER,…`; a malformed list leaves none.
    pub fn hugepages(&mut self, value: &str, nodes: u8) {
        let size = match self.parsed {
            Parsed::First => self.default_size.unwrap_or(0),
            Parsed::Size(s) => s,
            Parsed::Unsupported | Parsed::Counted => return,
        };
        self.parsed = Parsed::Counted;
        self.counts[size] = if let Ok(n) = value.parse() {
            Some(Count::All(n))
        } else {
            let pairs = value.split(',').map(|p| {
                let (nid, n) = p.split_once(':')?;
                let nid = nid.parse::<u8>().ok().filter(|n| *n < nodes)?;
                Some((nid, n.parse::<u64>().ok()?))
            });
            pairs.collect::<Option<Vec<_>>>().map(Count::Nodes)
        };
    }
}

impl Machine {
    /// Fills the pools as the command line asks, as far as memory goes.
    pub(crate) fn hugetlb_boot(&mut self) {
        let boot = self.config.hugetlb.clone();
        self.hugetlb.default_hstate = boot.default_size.unwrap_or(0);
        // Gigantic pages come first, while memory is whole.
        self.hugetlb_cma_reserve(&boot.cma);
        let mut counts = boot.counts;
        // They are made later, of the area that is kept for them.
        if self.hugetlb.cma.exists() && !self.hugetlb.cma.only {
            counts[1] = None;
        }
        for size in [1, 3, 0, 2] {
            match counts[size].take() {
                Some(Count::All(n)) => self.set_max_huge_pages(size, n, None),
                Some(Count::Nodes(list)) => {
                    for (nid, n) in list {
                        self.set_max_huge_pages(size, n, Some(nid));
                    }
                }
                None => {}
            }
        }
    }
}
