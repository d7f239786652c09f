package redirect_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/redirect"
)

func TestMain(m *testing.M) { axontest.Main(m) }

func table(t testing.TB, rules ...redirect.Rule) *redirect.Table {
	t.Helper()
	made, err := redirect.NewTable(rules)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func get(t testing.TB, target string) *http1.Request {
	t.Helper()
	req := &http1.Request{Method: "GET", Host: "here.example", Minor: 1}
	if err := req.SetTarget(target); err != nil {
		t.Fatal(err)
	}
	return req
}

func TestRedirect_Conform(t *testing.T) {
	rules := table(t, redirect.Rule{From: "/old", To: "/new"})
	axontest.Conform(t, func() axon.Component { return &redirect.Redirect{Table: rules} },
		axontest.FeedFunc("inbox", func() []*http1.Request { return []*http1.Request{get(t, "/old"), get(t, "/other")} }))
}

func TestRewrite_Conform(t *testing.T) {
	rules := table(t, redirect.Rule{From: "/old", To: "/new"})
	axontest.Conform(t, func() axon.Component { return &redirect.Rewrite{Table: rules} },
		axontest.FeedFunc("inbox", func() []*http1.Request { return []*http1.Request{get(t, "/old"), get(t, "/other")} }))
}

func TestRedirect(t *testing.T) {
	for name, tc := range map[string]struct {
		rule   redirect.Rule
		target string
		want   string // Location; "" if it passes
	}{
		"exact":                     {redirect.Rule{From: "/old", To: "/new"}, "/old", "/new"},
		"exact, below":              {redirect.Rule{From: "/old", To: "/new"}, "/old/a", ""},
		"exact, decoded":            {redirect.Rule{From: "/ö", To: "/new"}, "/%C3%B6", "/new"},
		"exact, query kept":         {redirect.Rule{From: "/old", To: "/new"}, "/old?a=b&c", "/new?a=b&c"},
		"query of the rule":         {redirect.Rule{From: "/old", To: "/new?x=y"}, "/old?a=b", "/new?x=y"},
		"no query of the rule":      {redirect.Rule{From: "/old", To: "/new?"}, "/old?a=b", "/new?"},
		"fragment":                  {redirect.Rule{From: "/old", To: "/new#part"}, "/old?a=b", "/new?a=b#part"},
		"prefix":                    {redirect.Rule{From: "/old/*", To: "/new/*"}, "/old/a/b?c", "/new/a/b?c"},
		"prefix itself":             {redirect.Rule{From: "/old/*", To: "/new/*"}, "/old", "/new/"},
		"prefix with a slash":       {redirect.Rule{From: "/old/*", To: "/new/*"}, "/old/", "/new/"},
		"prefix of a longer name":   {redirect.Rule{From: "/old/*", To: "/new/*"}, "/older", ""},
		"prefix to one place":       {redirect.Rule{From: "/old/*", To: "/gone"}, "/old/a", "/gone"},
		"star within":               {redirect.Rule{From: "/u/*", To: "/users/*/home"}, "/u/bob", "/users/bob/home"},
		"star in the query":         {redirect.Rule{From: "/s/*", To: "/search?q=*"}, "/s/a&b=c%20d", "/search?q=a%26b%3Dc%20d"},
		"encoded again":             {redirect.Rule{From: "/old/*", To: "/new/*"}, "/old/a%20b%3Fc%C3%A4", "/new/a%20b%3Fc%C3%A4"},
		"all, to another host":      {redirect.Rule{From: "/*", To: "https://example.org/*"}, "/a/b?c", "https://example.org/a/b?c"},
		"all, the root":             {redirect.Rule{From: "/*", To: "https://example.org/*"}, "/", "https://example.org/"},
		"pattern":                   {redirect.Rule{Pattern: `/(\d+)/(.*)`, To: "/archive/$2/$1"}, "/2007/april", "/archive/april/2007"},
		"pattern fits the whole":    {redirect.Rule{Pattern: `/\d+`, To: "/n"}, "/12a", ""},
		"pattern with alternatives": {redirect.Rule{Pattern: `/a|/b`, To: "/n"}, "/bc", ""},
		"named group":               {redirect.Rule{Pattern: `/(?P<year>\d+)`, To: "/y/${year}x"}, "/2007", "/y/2007x"},
		"group in braces":           {redirect.Rule{Pattern: `/(\d+)`, To: "/y/${1}0"}, "/2007", "/y/20070"},
		"group that took no part":   {redirect.Rule{Pattern: `/a(b)?`, To: "/c$1"}, "/a", "/c"},
		"dollar":                    {redirect.Rule{From: "/a", To: "/$$5"}, "/a", "/$5"},
		"odd bytes in the rule":     {redirect.Rule{From: "/a", To: "/ä b"}, "/a", "/%C3%A4%20b"},
		"encoded in the rule":       {redirect.Rule{From: "/a", To: "/%41"}, "/a", "/%41"},

		// What a client says leads to no other host, and splits no field.
		"two slashes":         {redirect.Rule{From: "/old/*", To: "/*"}, "/old//evil.example/", "/evil.example/"},
		"three slashes":       {redirect.Rule{Pattern: `/old(.*)`, To: "$1"}, "/old", "-"},
		"backslash":           {redirect.Rule{From: "/old/*", To: "/*"}, "/old/%5Cevil.example", "/%5Cevil.example"},
		"line end":            {redirect.Rule{From: "/old/*", To: "/*"}, "/old/a%0D%0ASet-Cookie:%20b", "/a%0D%0ASet-Cookie:%20b"},
		"at behind the host":  {redirect.Rule{From: "/*", To: "https://example.org/*"}, "/@evil.example", "https://example.org/@evil.example"},
		"slashes behind host": {redirect.Rule{From: "/*", To: "https://example.org/*"}, "//evil.example", "https://example.org/evil.example"},
		"encoded slash":       {redirect.Rule{From: "/*", To: "https://example.org/*"}, "/a%2Fb", "https://example.org/a%2Fb"},
	} {
		t.Run(name, func(t *testing.T) {
			rules, err := redirect.NewTable([]redirect.Rule{tc.rule})
			if tc.want == "-" {
				if err == nil {
					t.Error("the rule is taken")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			r := &redirect.Redirect{Table: rules}
			h := axontest.Run(t, r)
			req := get(t, tc.target)
			axontest.Send(h, &r.Inbox, req)
			if tc.want == "" {
				if got := axontest.Recv(h, &r.Outbox); got != req {
					t.Errorf("%+v", got)
				}
				return
			}
			resp := axontest.Recv(h, &r.Answers)
			if got := resp.Header.Get("Location"); got != tc.want || resp.Status != 302 {
				t.Errorf("%d %s, want %s", resp.Status, got, tc.want)
			}
			if err := resp.Validate(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestRedirect_FirstCounts(t *testing.T) {
	var rules []redirect.Rule
	for i, from := range []string{"/a/b", "/a/*", "/a/c", "/a/b", "/*", "/z"} {
		rules = append(rules, redirect.Rule{From: from, To: fmt.Sprint("/", i), Status: 301})
	}
	r := &redirect.Redirect{Table: table(t, rules...)}
	h := axontest.Run(t, r)
	for path, want := range map[string]string{"/a/b": "/0", "/a/c": "/1", "/a": "/1", "/z": "/4", "/y": "/4"} {
		axontest.Send(h, &r.Inbox, get(t, path))
		if got := axontest.Recv(h, &r.Answers); got.Header.Get("Location") != want || got.Status != 301 {
			t.Errorf("%s: %d %s, want %s", path, got.Status, got.Header.Get("Location"), want)
		}
	}
}

// A request for no path, as OPTIONS * is, fits no rule.
func TestRedirect_NoPath(t *testing.T) {
	r := &redirect.Redirect{Table: table(t, redirect.Rule{From: "/*", To: "/a"}, redirect.Rule{Pattern: ".*", To: "/b"})}
	h := axontest.Run(t, r)
	for _, req := range []*http1.Request{{Method: "OPTIONS", Path: "*"}, {Method: "CONNECT", Path: ""}} {
		axontest.Send(h, &r.Inbox, req)
		if got := axontest.Recv(h, &r.Outbox); got != req {
			t.Errorf("%+v", got)
		}
	}
}

func TestNewTable_Mistakes(t *testing.T) {
	for name, tc := range map[string]struct {
		rule redirect.Rule
		want string
	}{
		"nothing":               {redirect.Rule{To: "/a"}, "one of the two"},
		"both":                  {redirect.Rule{From: "/a", Pattern: "/a", To: "/b"}, "one of the two"},
		"no slash":              {redirect.Rule{From: "a", To: "/b"}, `"a" does not begin with a slash`},
		"star within":           {redirect.Rule{From: "/a*b", To: "/b"}, "a star stands at the end alone"},
		"star without slash":    {redirect.Rule{From: "/a*", To: "/b"}, "a star stands at the end alone"},
		"bad expression":        {redirect.Rule{Pattern: "/(", To: "/b"}, "missing closing )"},
		"no target":             {redirect.Rule{From: "/a"}, "neither a path nor a URL"},
		"a word":                {redirect.Rule{From: "/a", To: "b"}, "neither a path nor a URL"},
		"two slashes":           {redirect.Rule{From: "/a", To: "//b"}, "neither a path nor a URL"},
		"user in the URL":       {redirect.Rule{From: "/a", To: "https://u:p@example.org/"}, "neither a path nor a URL"},
		"star from nowhere":     {redirect.Rule{From: "/a", To: "/b/*"}, "has a star, and what leads there has none"},
		"star of a pattern":     {redirect.Rule{Pattern: "/a(.*)", To: "/b/*"}, "has a star"},
		"no such group":         {redirect.Rule{Pattern: "/a(.*)", To: "/b/$2"}, "$2 stands for no group"},
		"no such name":          {redirect.Rule{Pattern: "/a(.*)", To: "/b/${c}"}, "${c} stands for no group"},
		"the whole":             {redirect.Rule{Pattern: "/a(.*)", To: "/b/$0"}, "$0 stands for no group"},
		"a dollar":              {redirect.Rule{From: "/a/*", To: "/b/$1"}, "$1 stands for no group"},
		"a lone dollar":         {redirect.Rule{Pattern: "/a(.*)", To: "/b/$"}, "$ stands for no group"},
		"open brace":            {redirect.Rule{Pattern: "/a(.*)", To: "/b/${1"}, "a brace is not closed"},
		"group in the host":     {redirect.Rule{Pattern: "/a(.*)", To: "https://$1.example.org/"}, "no place in the scheme or the host"},
		"group behind the host": {redirect.Rule{Pattern: "/a(.*)", To: "https://example.org$1"}, "no place in the scheme or the host"},
		"star behind the host":  {redirect.Rule{From: "/*", To: "https://example.org*"}, "no place in the scheme or the host"},
		"group for a scheme":    {redirect.Rule{Pattern: "/(.*)", To: "$1"}, "no place in the scheme or the host"},
		"status":                {redirect.Rule{From: "/a", To: "/b", Status: 200}, "status 200"},
		"itself":                {redirect.Rule{From: "/a", To: "/a"}, "leads to itself"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := redirect.NewTable([]redirect.Rule{{From: "/ok", To: "/"}, tc.rule})
			var at *redirect.RuleError
			if !errors.As(err, &at) || at.Index != 1 || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%v, want %s", err, tc.want)
			}
		})
	}
}

func TestRewrite(t *testing.T) {
	r := &redirect.Rewrite{Table: table(t,
		redirect.Rule{From: "/api/*", To: "/cgi-bin/api.cgi/*"},
		redirect.Rule{Pattern: `/user/(\w+)`, To: "/user.cgi?name=$1"},
		redirect.Rule{Pattern: `/up/(.*)`, To: "/a/b/../$1"},
		redirect.Rule{From: "/bad", To: "/%00"},
	)}
	h := axontest.Run(t, r)
	for target, want := range map[string]struct{ path, raw, query string }{
		"/api/a%20b?c": {"/cgi-bin/api.cgi/a b", "/cgi-bin/api.cgi/a%20b", "c"},
		"/user/bob?x":  {"/user.cgi", "/user.cgi", "name=bob"},
		"/up/x%2Fy":    {"/a/x%2Fy", "/a/b/../x%2Fy", ""},
		"/other?a":     {"/other", "/other", "a"},
	} {
		req := get(t, target)
		axontest.Send(h, &r.Inbox, req)
		got := axontest.Recv(h, &r.Outbox)
		if got.Path != want.path || got.RawPath != want.raw || got.Query != want.query {
			t.Errorf("%s: %q, %q, %q", target, got.Path, got.RawPath, got.Query)
		}
		if got.Target != target || got.Host != "here.example" {
			t.Errorf("%s: Target %q, Host %q", target, got.Target, got.Host)
		}
		if before := get(t, target); got != req && req.Path != before.Path {
			t.Errorf("%s: the request itself was changed", target)
		}
	}
	axontest.Send(h, &r.Inbox, get(t, "/bad"))
	if got := axontest.Recv(h, &r.Failures); got.Status != 400 {
		t.Errorf("%+v", got)
	}
}

func TestValidate(t *testing.T) {
	elsewhere := table(t, redirect.Rule{From: "/a", To: "/b"}, redirect.Rule{From: "/c", To: "http://d/"}, redirect.Rule{From: "/e", To: "/f#g"})
	for name, c := range map[string]axon.Validator{
		"redirect": &redirect.Redirect{}, "rewrite": &redirect.Rewrite{}, "rewrite to a host": &redirect.Rewrite{Table: elsewhere},
	} {
		if c.Validate() == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := (&redirect.Redirect{Table: elsewhere}).Validate(); err != nil {
		t.Error(err)
	}
}

// FuzzLocation shows that nothing in a request leads to another host than a rule
// says, nor out of the field.
func FuzzLocation(f *testing.F) {
	for _, path := range []string{"/", "/a/b", "//evil", "/\\evil", "/a\r\nb: c", "/@evil", "/%2F%2Fevil", "/ä", "/\x00?"} {
		f.Add(path, "q=1")
	}
	rules := []redirect.Rule{
		{From: "/*", To: "/*"}, {From: "/*", To: "/a/*"}, {From: "/*", To: "https://example.org/*"}, {From: "/*", To: "https://example.org/?a=*&b"},
		{Pattern: "(.*)", To: "/$1"}, {Pattern: "/?(.*?)(.*)", To: "https://example.org/$2$1"},
	}
	f.Fuzz(func(t *testing.T, path, query string) {
		req := &http1.Request{Method: "GET"}
		if req.SetTarget((&url.URL{Path: "/" + path}).EscapedPath()) != nil {
			t.Skip()
		}
		for _, rule := range rules {
			if rule.From == rule.To {
				rule.To = "/./*"
			}
			r := &redirect.Redirect{Table: table(t, rule)}
			h := axontest.Run(t, r)
			axontest.Send(h, &r.Inbox, req)
			to := axontest.Recv(h, &r.Answers).Header.Get("Location")
			u, err := url.Parse(to)
			if err != nil {
				t.Fatalf("%q: %v", to, err)
			}
			if want := map[bool]string{true: "example.org"}[rule.To[0] == 'h']; u.Host != want || strings.ContainsFunc(to, func(r rune) bool { return r <= ' ' || r > '~' || r == '\\' }) {
				t.Errorf("%q led to %q", path, to)
			}
			if strings.Contains(rule.To, "&b") && u.Query().Get("a") != strings.ReplaceAll(strings.TrimPrefix(req.Path, "/"), "%2F", "/") && !strings.Contains(req.Path, ";") {
				t.Errorf("%q: the query is %q", path, u.RawQuery)
			}
			h.Finish()
		}
	})
}

// FuzzNewTable shows that a rule is taken or refused with its index, whatever it is.
func FuzzNewTable(f *testing.F) {
	for _, r := range [][3]string{{"/a/*", "", "/b/*"}, {"", `/(\d+)/(?P<x>\w+)`, "https://example.org/$2?$x"}, {"/a", "", "$1"}, {"", "(", "/${"}, {"/*/*", "", "//b"}, {"/a", "", "http://[::1"}, {"", "", ""}} {
		f.Add(r[0], r[1], r[2], 301)
	}
	f.Fuzz(func(t *testing.T, from, pattern, to string, status int) {
		table, err := redirect.NewTable([]redirect.Rule{{From: from, Pattern: pattern, To: to, Status: status}})
		if err == nil {
			err = table.Paths() // whether it could be a rewrite
		}
		if err == nil {
			return
		}
		if rule, ok := errors.AsType[*redirect.RuleError](err); !ok || rule.Index != 0 || rule.Err == nil {
			t.Errorf("%q %q %q: %#v", from, pattern, to, err)
		}
	})
}

func ExampleNewTable() {
	_, err := redirect.NewTable([]redirect.Rule{
		{From: "/old/*", To: "https://example.org/new/*", Status: 308},
		{Pattern: `/(\d+)/(\w+)`, To: "/$3"},
	})
	fmt.Println(err)
	// Output: redirect: rule 2: to "/$3": $3 stands for no group; $$ is a dollar
}
