//! `enum scan_result`: why a 2 MiB range was collapsed or not.

macro_rules! results {
    ($($(#[$doc:meta])* $name:ident = $value:literal, $text:literal;)*) => {
        /// Outcome of looking at one 2 MiB range, with the kernel's values.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u8)]
        pub enum ScanResult { $($(#[$doc])* $name = $value,)* }

        impl ScanResult {
            /// As tracepoints print it.
            pub fn as_str(self) -> &'static str {
                match self { $(ScanResult::$name => $text,)* }
            }

            /// All, by value.
            pub const ALL: [ScanResult; 31] = [$(ScanResult::$name,)*];
        }
    };
}

results! {
    /// Something else went wrong, as a swap-in that hit a guard marker.
    Fail = 0, "failed";
    /// Collapsed, or fit to be.
    Succeed = 1, "succeeded";
    /// No page table above the range.
    PmdNull = 2, "pmd_null";
    /// Nothing was ever mapped, or the emptied table is gone.
    PmdNone = 3, "pmd_none";
    /// Already huge.
    PmdMapped = 4, "page_pmd_mapped";
    /// More empty or zero entries than `max_ptes_none`.
    ExceedNonePte = 5, "exceed_none_pte";
    /// More swap entries than `max_ptes_swap`.
    ExceedSwapPte = 6, "exceed_swap_pte";
    /// More shared pages than `max_ptes_shared`.
    ExceedSharedPte = 7, "exceed_shared_pte";
    /// An entry that is not present, at isolation.
    PteNonPresent = 8, "pte_non_present";
    /// Write-protected by userfaultfd.
    PteUffdWp = 9, "pte_uffd_wp";
    /// The file already has a huge page there, mapped by entries.
    PteMappedHugepage = 10, "pte_mapped_hugepage";
    /// No entry, or too few, were accessed.
    LackReferencedPage = 11, "lack_referenced_page";
    /// An entry without an ordinary page.
    PageNull = 12, "page_null";
    /// Pages lie on nodes too far apart.
    ScanAbort = 13, "scan_aborted";
    /// Somebody holds a reference: a pin.
    PageCount = 14, "not_suitable_page_count";
    /// The page is on no reclaim list.
    PageLru = 15, "page_not_in_lru";
    /// The page is locked.
    PageLock = 16, "page_locked";
    /// Not an anonymous page.
    PageAnon = 17, "page_not_anon";
    /// Part of another compound page.
    PageCompound = 18, "page_compound";
    /// The process is exiting or has THP disabled.
    AnyProcess = 19, "no_process_for_page";
    /// No area there any more.
    VmaNull = 20, "vma_null";
    /// The area is not eligible.
    VmaCheck = 21, "vma_check_failed";
    /// The range does not fit into the area.
    AddressRange = 22, "not_suitable_address_range";
    /// The page could not be taken off its list.
    DelPageLru = 23, "could_not_delete_page_from_lru";
    /// No free 2 MiB block.
    AllocHugePageFail = 24, "alloc_huge_page_failed";
    /// The memory cgroup refused. The kernel's own spelling.
    CgroupChargeFail = 25, "ccgroup_charge_failed";
    /// The file was truncated, or the whole range is a hole.
    Truncated = 26, "truncated";
    /// Private data of the filesystem.
    PageHasPrivate = 27, "page_has_private";
    /// The page cache refused an entry.
    StoreFailed = 28, "store_failed";
    /// A machine check while copying.
    CopyMc = 29, "copy_poisoned_page";
    /// A hole was filled meanwhile.
    PageFilled = 30, "page_filled";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_the_indices() {
        for (i, r) in ScanResult::ALL.iter().enumerate() {
            assert_eq!(*r as usize, i, "{}", r.as_str());
        }
    }
}
