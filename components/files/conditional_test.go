package files

import (
	"strings"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

const (
	past    = "Sun, 06 Nov 1994 08:49:36 GMT"
	exact   = "Sun, 06 Nov 1994 08:49:37 GMT" // when the file was modified
	later   = "Sun, 06 Nov 1994 08:49:38 GMT"
	future  = "Wed, 06 Nov 2999 08:49:37 GMT"
	rfc850  = "Sunday, 06-Nov-94 08:49:37 GMT"
	asctime = "Sun Nov  6 08:49:37 1994"
)

// lines makes a header of "Name: value" lines.
func lines(text ...string) http1.Header {
	var h http1.Header
	for _, line := range text {
		name, value, _ := strings.Cut(line, ":")
		h.Add(name, strings.TrimSpace(value))
	}
	return h
}

// A condition is one row of the tables below: a request for a file that was
// modified at exact and has this tag, and Evaluate's answer. Tag "none" means
// that there is no file, "timeless" that its time is not known.
type condition struct {
	method string
	tag    string
	fields []string
	want   int
}

const strong, weak = `"a,b"`, `W/"a,b"`

// one is a condition with one field.
func one(method, tag, field string, want int) condition {
	return condition{method, tag, []string{field}, want}
}

// evaluate runs a table, titled by the sections of RFC 9110.
func evaluate(t *testing.T, table map[string]condition) {
	for name, c := range table {
		t.Run(name, func(t *testing.T) {
			tag, modified := c.tag, time.Unix(784111777, 123456789)
			switch tag {
			case "none":
				tag, modified = "", time.Time{}
			case "timeless":
				tag, modified = strong, time.Time{}
			}
			if got := Evaluate(c.method, lines(c.fields...), tag, modified); got != c.want {
				t.Errorf("%s with %q: got %d, want %d", c.method, c.fields, got, c.want)
			}
		})
	}
}

func TestEvaluateMethods(t *testing.T) {
	evaluate(t, map[string]condition{
		"no condition":      {"GET", strong, []string{"Host: x", "If-Range: " + strong, "If: x", "I: x", "X-If-Match: *"}, 0},
		"no such condition": one("GET", strong, "If-Mutch: *", 0),
		"OPTIONS":           one("OPTIONS", strong, "If-Match: \"x\"", 0),
		"CONNECT":           one("CONNECT", strong, "If-Match: \"x\"", 0),
		"TRACE":             one("TRACE", strong, "If-None-Match: *", 0),
		"get is no method":  one("get", strong, "If-None-Match: *", 412),
	})
}

func TestIfMatch(t *testing.T) {
	evaluate(t, map[string]condition{
		"13.1.1 If-Match same":                 one("GET", strong, "If-Match: "+strong, 0),
		"13.1.1 If-Match other":                one("GET", strong, `If-Match: "x"`, 412),
		"13.1.1 If-Match any":                  one("PUT", strong, "If-Match: *", 0),
		"13.1.1 If-Match any, nothing there":   {"PUT", "none", []string{"If-Match: *"}, 412},
		"13.1.1 If-Match tag, nothing there":   {"DELETE", "none", []string{"If-Match: " + strong}, 412},
		"13.1.1 If-Match list":                 one("PUT", strong, `If-Match: "x", "y" ,`+strong, 0),
		"13.1.1 If-Match list without":         one("PUT", strong, `If-Match: "x", "y", "a", "b"`, 412),
		"13.1.1 If-Match on two lines":         {"PUT", strong, []string{`If-Match: "x"`, "if-match: " + strong}, 0},
		"13.1.1 If-Match compares strongly":    one("PUT", strong, "If-Match: "+weak, 412),
		"13.1.1 If-Match, weak tags are never": one("PUT", weak, "If-Match: "+weak, 412),
		"13.1.1 If-Match empty":                one("PUT", strong, "If-Match:", 412),
		"13.1.1 If-Match star in a list":       one("PUT", strong, `If-Match: "x", *`, 412),
		"13.1.1 If-Match without quotes":       one("PUT", strong, "If-Match: a,b", 412),
		"13.1.1 If-Match lower-case w":         one("PUT", strong, "If-Match: w/"+strong, 412),
	})
}

func TestIfNoneMatch(t *testing.T) {
	evaluate(t, map[string]condition{
		"13.1.2 If-None-Match same":               one("GET", strong, "If-None-Match: "+strong, 304),
		"13.1.2 If-None-Match same, HEAD":         one("HEAD", strong, "If-None-Match: "+strong, 304),
		"13.1.2 If-None-Match same, PUT":          one("PUT", strong, "If-None-Match: "+strong, 412),
		"13.1.2 If-None-Match other":              one("GET", strong, `If-None-Match: "x"`, 0),
		"13.1.2 If-None-Match compares weakly":    one("GET", strong, "If-None-Match: "+weak, 304),
		"13.1.2 If-None-Match compares weakly 2":  one("GET", weak, "If-None-Match: "+strong, 304),
		"13.1.2 If-None-Match compares weakly 3":  one("GET", weak, "If-None-Match: "+weak, 304),
		"13.1.2 If-None-Match any":                one("GET", strong, "If-None-Match: *", 304),
		"13.1.2 If-None-Match any, DELETE":        one("DELETE", strong, "If-None-Match: *", 412),
		"13.1.2 If-None-Match any, nothing there": {"PUT", "none", []string{"If-None-Match: *"}, 0},
		"13.1.2 If-None-Match list":               one("GET", strong, `If-None-Match: "x",W/"y",,  ,	`+strong, 304),
		"13.1.2 If-None-Match after bad members":  one("GET", strong, `If-None-Match: x, "y z", "q"q, W/, ", `+strong, 304),
		"13.1.2 If-None-Match prefix of the tag":  one("GET", strong, `If-None-Match: "a`, 0),
		"13.1.2 If-None-Match half of the tag":    one("GET", strong, `If-None-Match: "a, b"`, 0),
		"13.1.2 If-None-Match empty":              one("GET", strong, "If-None-Match:", 0),
		"13.1.2 If-None-Match commas alone":       one("GET", strong, "If-None-Match: , ,,", 0),
		"13.1.2 If-None-Match on two lines":       {"GET", strong, []string{`If-None-Match: "x"`, "If-None-Match: " + strong}, 304},
		"13.1.2 If-None-Match star twice":         {"GET", strong, []string{"If-None-Match: *", "If-None-Match: *"}, 0},
	})
}

func TestIfModifiedSince(t *testing.T) {
	evaluate(t, map[string]condition{
		"13.1.3 If-Modified-Since exact":   one("GET", strong, "If-Modified-Since: "+exact, 304),
		"13.1.3 If-Modified-Since RFC 850": one("GET", strong, "If-Modified-Since: "+rfc850, 304),
		"13.1.3 If-Modified-Since asctime": one("GET", strong, "If-Modified-Since: "+asctime, 304),
		"13.1.3 If-Modified-Since HEAD":    one("HEAD", strong, "If-Modified-Since: "+exact, 304),
		"13.1.3 If-Modified-Since later":   one("GET", strong, "If-Modified-Since: "+later, 304),
		"13.1.3 If-Modified-Since future":  one("GET", strong, "If-Modified-Since: "+future, 304),
		"13.1.3 If-Modified-Since past":    one("GET", strong, "If-Modified-Since: "+past, 0),
		"13.1.3 If-Modified-Since PUT":     one("PUT", strong, "If-Modified-Since: "+exact, 0),
		"13.1.3 If-Modified-Since no date": one("GET", strong, "If-Modified-Since: yesterday", 0),
		"13.1.3 If-Modified-Since empty":   one("GET", strong, "If-Modified-Since:", 0),
		"13.1.3 If-Modified-Since length":  one("GET", strong, "If-Modified-Since: "+exact+"; length=1", 0),
		"13.1.3 If-Modified-Since, other zone": one("GET", strong,
			"If-Modified-Since: Sun, 06 Nov 1994 08:49:37 CET", 0),
		"13.1.3 If-Modified-Since twice":    {"GET", strong, []string{"If-Modified-Since: " + exact, "If-Modified-Since: " + exact}, 0},
		"13.1.3 If-Modified-Since, no time": {"GET", "timeless", []string{"If-Modified-Since: " + future}, 0},
		"13.1.3 If-Modified-Since is not asked if tags are": {"GET", strong,
			[]string{`If-None-Match: "x"`, "If-Modified-Since: " + exact}, 0},
		"13.1.3 not even by a bad tag": {"GET", strong, []string{"If-None-Match: x", "If-Modified-Since: " + exact}, 0},
	})
}

func TestIfUnmodifiedSince(t *testing.T) {
	evaluate(t, map[string]condition{
		"13.1.4 If-Unmodified-Since exact":   one("PUT", strong, "If-Unmodified-Since: "+exact, 0),
		"13.1.4 If-Unmodified-Since RFC 850": one("PUT", strong, "If-Unmodified-Since: "+rfc850, 0),
		"13.1.4 If-Unmodified-Since future":  one("PUT", strong, "If-Unmodified-Since: "+future, 0),
		"13.1.4 If-Unmodified-Since past":    one("PUT", strong, "If-Unmodified-Since: "+past, 412),
		"13.1.4 If-Unmodified-Since, GET":    one("GET", strong, "If-Unmodified-Since: "+past, 412),
		"13.1.4 If-Unmodified-Since no date": one("PUT", strong, "If-Unmodified-Since: 0", 0),
		"13.1.4 If-Unmodified-Since twice":   {"PUT", strong, []string{"If-Unmodified-Since: " + past, "If-Unmodified-Since: " + past}, 0},
		"13.1.4 If-Unmodified-Since, nothing there": {"PUT", "none",
			[]string{"If-Unmodified-Since: " + past}, 0},
		"13.1.4 If-Unmodified-Since is not asked if tags are": {"PUT", strong,
			[]string{"If-Match: " + strong, "If-Unmodified-Since: " + past}, 0},
	})
}

func TestPrecedence(t *testing.T) {
	evaluate(t, map[string]condition{
		"13.2.2 If-Match first": {"GET", strong, []string{"If-None-Match: " + strong, `If-Match: "x"`}, 412},
		"13.2.2 If-Unmodified-Since before If-None-Match": {"GET", strong,
			[]string{"If-None-Match: " + strong, "If-Unmodified-Since: " + past}, 412},
		"13.2.2 both tags": {"GET", strong, []string{"If-Match: " + strong, "If-None-Match: " + strong}, 304},
		"13.2.2 If-Match true, then the date": {"GET", strong,
			[]string{"If-Match: " + strong, "If-Modified-Since: " + exact}, 304},
		"13.2.2 all four pass": {"GET", strong, []string{"If-Match: *", "If-Unmodified-Since: " + past,
			`If-None-Match: "x"`, "If-Modified-Since: " + exact}, 0},
		"5.1 names in any case": {"GET", strong, []string{"IF-NONE-MATCH: *"}, 304},
	})
}

// TestEvaluateFreely: neither a plain nor a conditional request costs memory.
func TestEvaluateFreely(t *testing.T) {
	at := time.Unix(784111777, 0)
	plain := lines("Host: x", "Accept: */*", "User-Agent: test", "If-Range: x")
	revalidate := lines("Host: x", `If-None-Match: W/"x", "a"`, "If-Modified-Since: "+exact)
	if n := testing.AllocsPerRun(100, func() {
		Evaluate("GET", plain, `"a"`, at)
		Evaluate("GET", revalidate, `"a"`, at)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzEvaluate: a list means the same on one line and on two, and a tag that is
// added to a well-formed list is found.
func FuzzEvaluate(f *testing.F) {
	for _, s := range []string{"", "*", `"a"`, `W/"b", "c"`, `"a,b"`, `x, "y`, `""`, ",", `"q"q, "r"`} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		const tag = `"the,tag"`
		two := http1.Header{{Name: "If-None-Match", Value: a}, {Name: "If-None-Match", Value: b}}
		one := http1.Header{{Name: "If-None-Match", Value: a + ", " + b}}
		if x, y := Evaluate("GET", one, tag, time.Time{}), Evaluate("GET", two, tag, time.Time{}); x != y {
			t.Errorf("%q: %d on one line, %d on two", a+", "+b, x, y)
		}
		if !matches(tag+","+a, Current{Exists: true, ETag: tag}, strongly) {
			t.Errorf("tag before %q is not found", a)
		}
	})
}
