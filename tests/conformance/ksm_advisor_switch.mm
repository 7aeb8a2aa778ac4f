# the advisor takes pages_to_scan over and gives it back
proc p1
sys ksm/advisor_mode scan-time
sys ksm/pages_to_scan
sys ksm/pages_to_scan 50
expect errno EINVAL
sys ksm/advisor_min_pages_to_scan 700
sys ksm/pages_to_scan
sys ksm/advisor_mode none
sys ksm/pages_to_scan
sys ksm/advisor_mode scan-time
sys ksm/pages_to_scan
sys ksm/advisor_mode never
expect errno EINVAL
sys ksm/advisor_target_scan_time 0
expect errno EINVAL
sys ksm/advisor_max_cpu x
expect errno EINVAL
sys ksm/advisor_mode none
sys ksm/pages_to_scan 64
observe
