package files

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// TestCurrent: a representation without validators is one nevertheless, and what
// is not there has none.
func TestCurrent(t *testing.T) {
	bare := Current{Exists: true}
	gone := Current{ETag: strong, ModTime: time.Unix(784111777, 0)}
	for name, c := range map[string]struct {
		now           Current
		method, field string
		want          int
	}{
		"13.1.1 any, without validators":                {bare, "PUT", "If-Match: *", 0},
		"13.1.1 a tag, without validators":              {bare, "PUT", "If-Match: " + strong, 412},
		"13.1.1 an empty tag, without validators":       {bare, "PUT", `If-Match: ""`, 412},
		"13.1.2 any, without validators":                {bare, "PUT", "If-None-Match: *", 412},
		"13.1.2 any, without validators, GET":           {bare, "GET", "If-None-Match: *", 304},
		"13.1.2 a tag, without validators":              {bare, "PUT", "If-None-Match: " + strong, 0},
		"13.1.4 If-Unmodified-Since without validators": {bare, "PUT", "If-Unmodified-Since: " + past, 0},
		"13.1.3 If-Modified-Since without validators":   {bare, "GET", "If-Modified-Since: " + future, 0},
		"13.1.1 any, nothing there":                     {gone, "PUT", "If-Match: *", 412},
		"13.1.1 a tag, nothing there":                   {gone, "PUT", "If-Match: " + strong, 412},
		"13.1.2 any, nothing there":                     {gone, "PUT", "If-None-Match: *", 0},
		"13.1.2 a tag, nothing there":                   {gone, "PUT", "If-None-Match: " + strong, 0},
		"13.1.4 If-Unmodified-Since, nothing there":     {gone, "PUT", "If-Unmodified-Since: " + past, 0},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.now.Evaluate(c.method, lines(c.field)); got != c.want {
				t.Errorf("%d, want %d", got, c.want)
			}
		})
	}
}

func TestIfRange(t *testing.T) {
	at := time.Unix(784111777, 0)
	full := Current{Exists: true, ETag: strong, ModTime: at, Settled: true}
	for name, c := range map[string]struct {
		now    Current
		fields []string
		want   bool
	}{
		"13.1.5 none":                       {full, nil, true},
		"13.1.5 same tag":                   {full, []string{"if-range: " + strong}, true},
		"13.1.5 other tag":                  {full, []string{`If-Range: "x"`}, false},
		"13.1.5 weak tag of the client":     {full, []string{"If-Range: " + weak}, false},
		"13.1.5 weak tag of ours":           {Current{Exists: true, ETag: weak, ModTime: at}, []string{"If-Range: " + weak}, false},
		"13.1.5 no list":                    {full, []string{"If-Range: " + strong + ", " + strong}, false},
		"13.1.5 no star":                    {full, []string{"If-Range: *"}, false},
		"13.1.5 two fields":                 {full, []string{"If-Range: " + strong, "If-Range: " + strong}, false},
		"13.1.5 empty":                      {full, []string{"If-Range:"}, false},
		"13.1.5 same date":                  {full, []string{"If-Range: " + exact}, true},
		"13.1.5 same date, RFC 850":         {full, []string{"If-Range: " + rfc850}, true},
		"13.1.5 same date, asctime":         {full, []string{"If-Range: " + asctime}, true},
		"13.1.5 earlier":                    {full, []string{"If-Range: " + past}, false},
		"13.1.5 later":                      {full, []string{"If-Range: " + later}, false},
		"13.1.5 no date":                    {full, []string{"If-Range: soon"}, false},
		"8.8.2.2 a date that is weak":       {Current{Exists: true, ETag: weak, ModTime: at}, []string{"If-Range: " + exact}, false},
		"13.1.5 no time known":              {Current{Exists: true, ETag: strong, Settled: true}, []string{"If-Range: " + exact}, false},
		"13.1.5 no tag known":               {Current{Exists: true, ModTime: at, Settled: true}, []string{`If-Range: ""`}, false},
		"13.1.5 nothing there":              {Current{}, []string{`If-Range: ""`}, false},
		"13.1.5 nothing there, and no date": {Current{}, []string{"If-Range: Mon, 01 Jan 0001 00:00:00 GMT"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.now.IfRange(lines(c.fields...)); got != c.want {
				t.Errorf("%v", got)
			}
		})
	}
}

// FuzzConditions: the answer is one of three, 304 for reading alone; a field that
// is overruled by another makes no difference (RFC 9110 section 13.2.2); what is
// not there is not matched.
func FuzzConditions(f *testing.F) {
	f.Add("GET", strong, exact, weak, past, strong)
	f.Add("PUT", "*", rfc850, "*", asctime, "W/\"")
	f.Add("HEAD", `"a", W/"b" , ,x`, "0", `"`, future, exact)
	f.Fuzz(func(t *testing.T, method, match, unmodified, none, modified, ifRange string) {
		now := Current{Exists: true, ETag: strong, ModTime: time.Unix(784111777, 0), Settled: true}
		all := http1.Header{
			{Name: "If-Match", Value: match}, {Name: "If-Unmodified-Since", Value: unmodified},
			{Name: "If-None-Match", Value: none}, {Name: "If-Modified-Since", Value: modified},
			{Name: "If-Range", Value: ifRange},
		}
		pick := func(names ...string) (h http1.Header) {
			for _, field := range all {
				if slices.Contains(names, field.Name) {
					h = append(h, field)
				}
			}
			return h
		}
		got := now.Evaluate(method, all)
		if got != 0 && got != 412 && (got != 304 || method != "GET" && method != "HEAD") {
			t.Fatalf("%s: %d", method, got)
		}
		if tags := now.Evaluate(method, pick("If-Match", "If-None-Match")); tags != got {
			t.Errorf("%d, and %d without dates", got, tags)
		}
		for _, h := range []http1.Header{pick("If-Match"), pick("If-None-Match"), pick("If-Unmodified-Since"), pick("If-Modified-Since")} {
			one, missing := now.Evaluate(method, h), Current{}.Evaluate(method, h)
			if missing == 304 || missing == 412 && h[0].Name != "If-Match" {
				t.Errorf("%s %v of nothing: %d", method, h, missing)
			}
			if one == 412 && h[0].Name == "If-Modified-Since" {
				t.Errorf("%v: 412", h)
			}
		}
		if now.IfRange(pick("If-Range")) && strings.TrimRight(ifRange, " \t") != strong {
			if d, err := http1.ParseDate(ifRange); err != nil || !d.Equal(now.ModTime) {
				t.Errorf("If-Range: %q is true", ifRange)
			}
		}
	})
}
