package wsgi

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// resident returns how much memory a worker holds, in bytes; 0 if that is not
// known. The caller holds the pool's lock.
func (r *run) resident() int64 {
	statm, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", r.pid)) // proc(5): size, resident, ...
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(statm))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(fields[1], 10, 64) // the kernel has written it
	return pages * int64(os.Getpagesize())
}
