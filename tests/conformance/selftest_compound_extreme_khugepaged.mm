# compound_extreme: each 16 pages of a window are part of another huge page, mapped by entries
proc p1
sys transparent_hugepage/use_zero_page 0
sys transparent_hugepage/defrag always
p1 mmap h0 2M
p1 madvise h0 hugepage
p1 write h0 seed=3
p1 mmap h1 2M
p1 madvise h1 hugepage
p1 write h1 seed=3
p1 mmap h2 2M
p1 madvise h2 hugepage
p1 write h2 seed=3
p1 mmap h3 2M
p1 madvise h3 hugepage
p1 write h3 seed=3
p1 mmap h4 2M
p1 madvise h4 hugepage
p1 write h4 seed=3
p1 mmap h5 2M
p1 madvise h5 hugepage
p1 write h5 seed=3
p1 mmap h6 2M
p1 madvise h6 hugepage
p1 write h6 seed=3
p1 mmap h7 2M
p1 madvise h7 hugepage
p1 write h7 seed=3
p1 mmap h8 2M
p1 madvise h8 hugepage
p1 write h8 seed=3
p1 mmap h9 2M
p1 madvise h9 hugepage
p1 write h9 seed=3
p1 mmap h10 2M
p1 madvise h10 hugepage
p1 write h10 seed=3
p1 mmap h11 2M
p1 madvise h11 hugepage
p1 write h11 seed=3
p1 mmap h12 2M
p1 madvise h12 hugepage
p1 write h12 seed=3
p1 mmap h13 2M
p1 madvise h13 hugepage
p1 write h13 seed=3
p1 mmap h14 2M
p1 madvise h14 hugepage
p1 write h14 seed=3
p1 mmap h15 2M
p1 madvise h15 hugepage
p1 write h15 seed=3
p1 mmap h16 2M
p1 madvise h16 hugepage
p1 write h16 seed=3
p1 mmap h17 2M
p1 madvise h17 hugepage
p1 write h17 seed=3
p1 mmap h18 2M
p1 madvise h18 hugepage
p1 write h18 seed=3
p1 mmap h19 2M
p1 madvise h19 hugepage
p1 write h19 seed=3
p1 mmap h20 2M
p1 madvise h20 hugepage
p1 write h20 seed=3
p1 mmap h21 2M
p1 madvise h21 hugepage
p1 write h21 seed=3
p1 mmap h22 2M
p1 madvise h22 hugepage
p1 write h22 seed=3
p1 mmap h23 2M
p1 madvise h23 hugepage
p1 write h23 seed=3
p1 mmap h24 2M
p1 madvise h24 hugepage
p1 write h24 seed=3
p1 mmap h25 2M
p1 madvise h25 hugepage
p1 write h25 seed=3
p1 mmap h26 2M
p1 madvise h26 hugepage
p1 write h26 seed=3
p1 mmap h27 2M
p1 madvise h27 hugepage
p1 write h27 seed=3
p1 mmap h28 2M
p1 madvise h28 hugepage
p1 write h28 seed=3
p1 mmap h29 2M
p1 madvise h29 hugepage
p1 write h29 seed=3
p1 mmap h30 2M
p1 madvise h30 hugepage
p1 write h30 seed=3
p1 mmap h31 2M
p1 madvise h31 hugepage
p1 write h31 seed=3
observe huge
p1 mremap h0[0..16] to w0
p1 mremap h1[16..32] to w1 after=w0
p1 mremap h2[32..48] to w2 after=w1
p1 mremap h3[48..64] to w3 after=w2
p1 mremap h4[64..80] to w4 after=w3
p1 mremap h5[80..96] to w5 after=w4
p1 mremap h6[96..112] to w6 after=w5
p1 mremap h7[112..128] to w7 after=w6
p1 mremap h8[128..144] to w8 after=w7
p1 mremap h9[144..160] to w9 after=w8
p1 mremap h10[160..176] to w10 after=w9
p1 mremap h11[176..192] to w11 after=w10
p1 mremap h12[192..208] to w12 after=w11
p1 mremap h13[208..224] to w13 after=w12
p1 mremap h14[224..240] to w14 after=w13
p1 mremap h15[240..256] to w15 after=w14
p1 mremap h16[256..272] to w16 after=w15
p1 mremap h17[272..288] to w17 after=w16
p1 mremap h18[288..304] to w18 after=w17
p1 mremap h19[304..320] to w19 after=w18
p1 mremap h20[320..336] to w20 after=w19
p1 mremap h21[336..352] to w21 after=w20
p1 mremap h22[352..368] to w22 after=w21
p1 mremap h23[368..384] to w23 after=w22
p1 mremap h24[384..400] to w24 after=w23
p1 mremap h25[400..416] to w25 after=w24
p1 mremap h26[416..432] to w26 after=w25
p1 mremap h27[432..448] to w27 after=w26
p1 mremap h28[448..464] to w28 after=w27
p1 mremap h29[464..480] to w29 after=w28
p1 mremap h30[480..496] to w30 after=w29
p1 mremap h31[496..512] to w31 after=w30
observe moved
p1 madvise w0 hugepage
p1 madvise w1 hugepage
p1 madvise w2 hugepage
p1 madvise w3 hugepage
p1 madvise w4 hugepage
p1 madvise w5 hugepage
p1 madvise w6 hugepage
p1 madvise w7 hugepage
p1 madvise w8 hugepage
p1 madvise w9 hugepage
p1 madvise w10 hugepage
p1 madvise w11 hugepage
p1 madvise w12 hugepage
p1 madvise w13 hugepage
p1 madvise w14 hugepage
p1 madvise w15 hugepage
p1 madvise w16 hugepage
p1 madvise w17 hugepage
p1 madvise w18 hugepage
p1 madvise w19 hugepage
p1 madvise w20 hugepage
p1 madvise w21 hugepage
p1 madvise w22 hugepage
p1 madvise w23 hugepage
p1 madvise w24 hugepage
p1 madvise w25 hugepage
p1 madvise w26 hugepage
p1 madvise w27 hugepage
p1 madvise w28 hugepage
p1 madvise w29 hugepage
p1 madvise w30 hugepage
p1 madvise w31 hugepage
khugepaged scan
observe scanned
p1 check w0 seed=3
p1 check w8 seed=3
p1 check w16 seed=3
p1 check w24 seed=3
observe end
