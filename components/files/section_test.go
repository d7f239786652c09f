package files

import (
	"errors"
	"testing"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

func TestSection(t *testing.T) {
	current := Current{Exists: true, ETag: `"a"`}
	for name, c := range map[string]struct {
		ranges, ifRange string
		offset, length  int64
		ok              bool
		status          int
	}{
		"none":             {"", "", 0, 0, false, 0},
		"first":            {"bytes=0-9", "", 0, 10, true, 0},
		"open":             {"bytes=90-", "", 90, 10, true, 0},
		"suffix":           {"bytes=-5", "", 95, 5, true, 0},
		"over the end":     {"bytes=90-200", "", 90, 10, true, 0},
		"near each other":  {"bytes=0-9,12-19", "", 0, 20, true, 0},
		"several":          {"bytes=0-0,99-99", "", 0, 0, false, 0},
		"another unit":     {"lines=0-9", "", 0, 0, false, 0},
		"malformed":        {"bytes=9-0", "", 0, 0, false, 0},
		"outside":          {"bytes=100-", "", 0, 0, false, 416},
		"If-Range":         {"bytes=0-9", `"a"`, 0, 10, true, 0},
		"If-Range, other":  {"bytes=0-9", `"b"`, 0, 0, false, 0},
		"If-Range outside": {"bytes=100-", `"b"`, 0, 0, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var h http1.Header
			if c.ranges != "" {
				h.Add("Range", c.ranges)
			}
			if c.ifRange != "" {
				h.Add("If-Range", c.ifRange)
			}
			offset, length, ok, err := current.Section(h, 100)
			f, _ := errors.AsType[*http1.Failure](err)
			if offset != c.offset || length != c.length || ok != c.ok || (f == nil) != (c.status == 0) || f != nil && f.Status != c.status {
				t.Errorf("%d %d %v %v", offset, length, ok, err)
			}
		})
	}
}
