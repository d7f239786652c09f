package compress

import (
	"slices"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

func TestTagFor(t *testing.T) {
	for tag, want := range map[string]string{
		`"a"`:     `"a-gzip"`,
		`""`:      `"-gzip"`,
		`W/"a"`:   `W/"a-gzip"`,
		`"a,b"`:   `"a,b-gzip"`,
		`a`:       "",
		`"a`:      "",
		`"a" `:    `"a-gzip"`,
		`"a","b"`: "",
		`w/"a"`:   "",
		``:        "",
	} {
		if got := tagFor(tag, "gzip", false); got != want {
			t.Errorf("%s: %s, want %s", tag, got, want)
		}
		if got := tagFor(tag, "gzip", true); want != "" && got != "W/"+strings.TrimPrefix(want, "W/") {
			t.Errorf("%s, weak: %s", tag, got)
		}
	}
}

func TestWithPlain(t *testing.T) {
	for list, want := range map[string]string{
		`"a-gzip"`:           `"a-gzip", "a"`,
		`W/"a-zstd"`:         `W/"a-zstd", W/"a"`,
		`"a", "b-gzip" ,`:    `"a", "b-gzip", "b"`,
		`"a-gzip","b-zstd"`:  `"a-gzip","b-zstd", "a", "b"`,
		`"-gzip"`:            `"-gzip", ""`,
		`"a"`:                ``,
		`"a-br"`:             ``,
		`*`:                  ``,
		`a-gzip`:             ``,
		`"a-gzip`:            ``,
		`junk, "a-gzip"`:     `junk, "a-gzip", "a"`,
		`"a-gzip" "b-gzip"`:  ``,
		``:                   ``,
		`"a,b-gzip", "c, d"`: `"a,b-gzip", "c, d", "a,b"`,
	} {
		if got := withPlain(list, []string{"gzip", "zstd"}); got != want {
			t.Errorf("%s: %s, want %s", list, got, want)
		}
	}
}

func FuzzTags(f *testing.F) {
	for _, list := range []string{`"a-gzip"`, `W/"x", "y-zstd" , *`, `"a","b" "c"`, `,,W/"`} {
		f.Add(list, `"a"`)
	}
	f.Fuzz(func(t *testing.T, list, tag string) {
		coded := tagFor(tag, "gzip", false)
		if coded != "" {
			// Alone or in a list, it is found; and what it was made of stands there
			// afterwards too.
			if !lists(coded, coded) || !lists(`"x", `+coded+" , y", coded) {
				t.Errorf("%s is not found in itself", coded)
			}
			if got := withPlain(coded, []string{"gzip"}); !lists(got, tag[:strings.LastIndexByte(tag, '"')+1]) && !strings.HasPrefix(tag, ",") && strings.TrimLeft(tag, ", \t") == tag {
				t.Errorf("%s: %s", tag, got)
			}
		}
		// Nothing that stood in a list is lost by what is added.
		more := withPlain(list, []string{"gzip", "zstd"})
		if more == "" {
			return
		}
		var before, after []string
		for rest := list; rest != ""; {
			one, r, ok := cutTag(rest)
			if rest = r; ok {
				before = append(before, one)
			}
		}
		for rest := more; rest != ""; {
			one, r, ok := cutTag(rest)
			if rest = r; ok {
				after = append(after, one)
			}
		}
		for _, one := range before {
			if !slices.Contains(after, one) {
				t.Errorf("%q: %s is lost in %q", list, one, more)
			}
		}
	})
}

func TestTags_Conform(t *testing.T) {
	axontest.Conform(t, func() axon.Component { return &Tags{Press: new(Press)} },
		axontest.FeedFunc("inbox", func() []*http1.Request {
			return []*http1.Request{asking("GET", "gzip"), asking("PUT", "", field("If-Match", `"a-gzip"`))}
		}))
}

func TestTags(t *testing.T) {
	for name, c := range map[string]struct {
		req  *http1.Request
		want http1.Header // nil: the request itself
	}{
		"none":                      {asking("PUT", ""), nil},
		"another":                   {asking("PUT", "", field("If-Match", `"a"`)), nil},
		"If-Match":                  {asking("PUT", "", field("If-Match", `"a-gzip"`)), http1.Header{field("If-Match", `"a-gzip", "a"`)}},
		"If-Match, GET":             {asking("GET", "", field("If-Match", `"a-gzip"`)), http1.Header{field("If-Match", `"a-gzip", "a"`)}},
		"If-Match, twice":           {asking("PUT", "", field("If-Match", `"a-gzip"`), field("If-Match", `"b"`)), http1.Header{field("If-Match", `"a-gzip", "b", "a"`)}},
		"If-None-Match":             {asking("PUT", "", field("If-None-Match", `"a-zstd"`)), http1.Header{field("If-None-Match", `"a-zstd", "a"`)}},
		"If-None-Match, GET":        {asking("GET", "", field("If-None-Match", `"a-zstd"`)), nil},
		"a coding that is not made": {asking("PUT", "", field("If-Match", `"a-br"`)), nil},
	} {
		t.Run(name, func(t *testing.T) {
			tags := &Tags{Press: new(Press)}
			x := axontest.Run(t, tags)
			before := slices.Clone(c.req.Header)
			axontest.Send(x, &tags.Inbox, c.req)
			got := axontest.Recv(x, &tags.Outbox)
			if (got == c.req) != (c.want == nil) || c.want != nil && !slices.Equal(got.Header, c.want) {
				t.Errorf("%v, want %v", got.Header, c.want)
			}
			if !slices.Equal(c.req.Header, before) {
				t.Errorf("the original was changed: %v", c.req.Header)
			}
		})
	}
}
