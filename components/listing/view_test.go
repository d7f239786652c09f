package listing

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestAccepted(t *testing.T) {
	for accept, want := range map[string]string{
		"":                                  "h",
		"*/*":                               "h",
		"text/html":                         "h",
		"TEXT/Html":                         "h",
		"application/json":                  "j",
		"application/*":                     "j",
		"text/*, application/json":          "h",
		"text/html;q=0.5, application/json": "j",
		"application/json;q=0.9, */*":       "h",
		"application/json, */*;q=0.1":       "j",
		"text/html;q=0, */*":                "j",
		"text/html;q=0":                     "",
		"*/*;q=0":                           "",
		"image/png":                         "",
		"text/*;q=0.2, text/html;q=0.9, application/json;q=0.5": "h",
		"text/html;level=1, application/json;q=0.1":             "j",
		"text/html;charset=utf-8":                               "h",
		`application/json;profile="a,b;q=1", text/html;q=0.1`:   "h",
		"junk":                      "h",
		"junk, application/json":    "j",
		"text/html;q=2":             "h",
		"text/html;q=1.0000":        "h",
		"text/html;q=1.001, a/b":    "",
		"text/html;q=0.001;ext=1":   "h",
		"*/html":                    "h",
		"application/json;q=.5":     "h",
		", ,application/json,":      "j",
		"application/json;q=\t0.5":  "h",
		"application/json ; q=0.5 ": "j",
	} {
		got := accepted(accept, formHTML, formJSON)
		if short := map[string]string{formHTML: "h", formJSON: "j", "": ""}[got]; short != want {
			t.Errorf("%q: %q, want %q", accept, got, want)
		}
	}
}

func FuzzAccepted(f *testing.F) {
	for _, s := range []string{"text/html;q=0.5, */*;q=0.1", `a/b;c="d,e\"f";q=1`, "*/*;q=0", ";;q=,,/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, accept string) {
		got := accepted(accept, formHTML, formJSON)
		if got != "" && got != formHTML && got != formJSON {
			t.Errorf("%q: %q", accept, got)
		}
		// What is wanted behind all else is had, unless it was spoken of before.
		if !strings.Contains(accept, `"`) {
			if more := accepted(accept+", application/json, text/html;q=0", formHTML, formJSON); more == "" && !strings.Contains(strings.ToLower(accept), "json") {
				t.Errorf("%q: nothing", accept)
			}
		}
	})
}

func TestNatural(t *testing.T) {
	want := []string{"", "1", "01", "2", "10", "a", "a1", "a2b", "a2c", "a10", "a010b", "ab", "b", "z99999999999999999999999", "z100000000000000000000000"}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortStableFunc(got, func(a, b string) int {
		if c := natural(a, b); c != 0 {
			return c
		}
		return len(a) - len(b)
	})
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// FuzzNames holds for all names that links lead to them, that what is shown can
// be shown, and that they have one order.
func FuzzNames(f *testing.F) {
	f.Add("a", "b", "c")
	f.Add("file2", "file10", "file010")
	f.Add("bad\xff", "\u202e", "\n")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		for _, name := range []string{a, b, c} {
			u, err := url.Parse(href(name, false))
			if err != nil || u.IsAbs() || u.Host != "" || u.RawQuery != "" || u.Fragment != "" || u.Path != "./"+name {
				t.Errorf("%q: %s leads to %+v", name, href(name, false), u)
			}
			if s := shown(name); !utf8.ValidString(s) || strings.ContainsAny(s, "\n\r\t\x1b\u202e\u2066") {
				t.Errorf("%q is shown as %q", name, s)
			}
		}
		if x, y := natural(a, b), natural(b, a); x != -y {
			t.Errorf("%q and %q: %d and %d", a, b, x, y)
		}
		if natural(a, b) <= 0 && natural(b, c) <= 0 && natural(a, c) > 0 {
			t.Errorf("%q <= %q <= %q, but not the first and the last", a, b, c)
		}
	})
}

func TestShown(t *testing.T) {
	for name, want := range map[string]string{
		"plain":          "plain",
		"a\tb\x00c\x7f":  "a\u2409b\u2400c\u2421",
		"\u0085\u200b":   "\ufffd\ufffd",
		"bad\xffname":    "bad\ufffdname",
		"\u202edesrever": "\ufffddesrever",
		"👩\u200d🚀":       "👩\u200d🚀",
	} {
		if got := shown(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestSizeText(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 B", 999: "999 B", 1000: "1.0 kB", 1049: "1.0 kB", 9949: "9.9 kB", 9950: "10 kB", 10_400: "10 kB", 999_499: "999 kB",
		999_500: "1.0 MB", 1_912_345_678: "1.9 GB", 5_000_000_000_000: "5.0 TB", 1<<63 - 1: "9.2 EB",
	} {
		if got := sizeText(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

func TestTimeText(t *testing.T) {
	text, attribute := timeText(time.Date(2007, 4, 13, 9, 30, 15, 0, time.FixedZone("", 3600)))
	if text != "2007-04-13 08:30" || attribute != "2007-04-13T08:30:15Z" {
		t.Errorf("%s, %s", text, attribute)
	}
	if text, attribute := timeText(time.Time{}); text != "" || attribute != "" {
		t.Errorf("unknown: %s, %s", text, attribute)
	}
}

func TestGrouped(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := grouped(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
	if counted(1, "file") != "1 file" || counted(2000, "file") != "2,000 files" {
		t.Error(counted(1, "file"), counted(2000, "file"))
	}
}
