package config

import "testing"

// FuzzScalars holds that a time, a size and a number that are read are written in a
// form that means the same, and that none is nought: that is what is not given.
func FuzzScalars(f *testing.F) {
	for _, s := range []string{"10s", "1y2w3d4h5m6s7ms", "0s", "off", "512", "64KiB", "10 MB", "0", "007", "9223372036854775807", "2147483648", "1e3s", ".5h", "-1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var d, again Duration
		if d.UnmarshalText([]byte(text)) == nil {
			if err := again.UnmarshalText([]byte(d.String())); err != nil || again != d || d == 0 || d < Off {
				t.Errorf("time %q: %d, %v, %d, %v", text, d, d, again, err)
			}
		}
		var s, size Size
		if s.UnmarshalText([]byte(text)) == nil {
			if err := size.UnmarshalText([]byte(s.String())); err != nil || size != s || s == 0 || s < Off {
				t.Errorf("size %q: %d, %v, %d, %v", text, s, s, size, err)
			}
		}
		var c, count Count
		if c.UnmarshalText([]byte(text)) == nil {
			if err := count.UnmarshalText([]byte(c.String())); err != nil || count != c || c == 0 || c < Off {
				t.Errorf("number %q: %d, %v, %d, %v", text, c, c, count, err)
			}
		}
	})
}
