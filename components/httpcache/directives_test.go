package httpcache

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

func TestDirectives(t *testing.T) {
	for control, want := range map[string]string{
		"":                              "",
		"max-age=60":                    "max-age=60;",
		" Max-Age = 60 , no-cache ":     "max-age=60;no-cache=;",
		`max-age="60"`:                  "max-age=60;",
		`private="a, b", x`:             "private=a, b;x=;",
		`x="a\"b,c", y`:                 `x=a"b,c;y=;`,
		`x="open, no-store`:             `x="open, no-store;`,
		",,no-store,,":                  "no-store=;",
		"no store, =1, public":          "public=;",
		"max-age=60;public, no-store":   "max-age=60;public;no-store=;",
		"x=1, X=2":                      "x=1;x=2;",
		"\tpublic\t":                    "public=;",
		`"no-store", "a,b", must-x=a=b`: "must-x=a=b;",
	} {
		var got strings.Builder
		for name, value := range directives(control) {
			fmt.Fprintf(&got, "%s=%s;", name, value)
		}
		if got.String() != want {
			t.Errorf("%q: %s, want %s", control, got.String(), want)
		}
	}
}

func TestParseSeconds(t *testing.T) {
	for s, want := range map[string]time.Duration{
		"0": 0, "60": time.Minute, "007": 7 * time.Second, "2147483648": 1 << 31 * time.Second, "99999999999999999999": 1 << 31 * time.Second,
		"": -1, "-1": -1, "1.5": -1, "x": -1, "1 ": -1,
	} {
		got, ok := parseSeconds(s)
		if ok != (want >= 0) || ok && got != want {
			t.Errorf("%q: %v %v", s, got, ok)
		}
	}
}

// FuzzDirectives holds that what is said against keeping is not overheard, and
// that no time is negative.
func FuzzDirectives(f *testing.F) {
	for _, s := range []string{"max-age=60, no-cache", `private="a, b", s-maxage=5`, `x="\"`, "stale-while-revalidate=9,,=", "max-stale"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, control string) {
		for name, value := range directives(control) {
			if !http1.IsToken(name) || name != strings.ToLower(name) || len(value) > len(control) {
				t.Errorf("%q: %q=%q", control, name, value)
			}
		}
		a := termsOf(control)
		w := wishOf(http1.Header{{Name: "Cache-Control", Value: control}})
		for _, d := range []time.Duration{a.maxAge, a.sMaxAge, a.staleIfError, a.staleWhileRevalidate, w.maxAge, w.minFresh, w.maxStale, w.staleIfError} {
			if d < 0 && d != unset {
				t.Errorf("%q: %v", control, d)
			}
		}
		if before := termsOf("no-store, private, " + control); !before.noStore || !before.private || before.noCache != a.noCache {
			t.Errorf("%q: %+v", control, before)
		}
		if strings.Count(control, `"`) == 0 {
			if behind := termsOf(control + ", no-store"); !behind.noStore {
				t.Errorf("%q: no-store behind it is not seen", control)
			}
		}
	})
}

// FuzzVary holds that a request fits what was kept for it, and that the same with
// other white space does.
func FuzzVary(f *testing.F) {
	f.Add("Accept-Encoding, X", "gzip, br;q=0.5", "a,b")
	f.Add("x , ,X", ` "a,b" ,c`, "")
	f.Fuzz(func(t *testing.T, vary, accept, x string) {
		h := http1.Header{{Name: "Accept-Encoding", Value: accept}, {Name: "X", Value: x}}
		traits, ok := traitsOf(vary, h)
		if !ok {
			return
		}
		if !fit(traits, h) {
			t.Errorf("%q, %v: it does not fit itself", vary, h)
		}
		if strings.Contains(strings.ToLower(vary), "x") && !strings.Contains(accept+x, `"`) {
			wide := http1.Header{{Name: "X", Value: strings.ReplaceAll(x, ",", " , ")}, {Name: "Accept-Encoding", Value: accept}}
			if strings.Contains(x, ",") && !fit(traits, wide) {
				t.Errorf("%q, %v: %v does not fit", vary, h, wide)
			}
		}
	})
}

func TestRelated(t *testing.T) {
	req := request("/dir/a?b")
	for reference, want := range map[string]string{
		"/c":                      "/c",
		"c":                       "/dir/c",
		"":                        "",
		"?x":                      "/dir/a?x",
		"http://example.org":      "/",
		"http://EXAMPLE.org/c?d":  "/c?d",
		"http://example.org:80/c": "",
		"https://example.org/c":   "",
		"//example.com/c":         "",
		"/c d":                    "/c%20d",
		"%zz":                     "",
		"mailto:a@example.org":    "",
	} {
		got, ok := related(req, reference)
		if ok != (want != "") {
			t.Errorf("%q: %q %v", reference, got, ok)
		} else if ok {
			target := request(want)
			target.Path = strings.ReplaceAll(target.Path, "%20", " ")
			if got != keyOf(target) {
				t.Errorf("%q: %q, want %q", reference, got, keyOf(target))
			}
		}
	}
}
