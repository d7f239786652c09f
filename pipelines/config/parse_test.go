package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// same compares what is said, not where.
var same = cmpopts.IgnoreUnexported(Config{}, CGI{})

func TestParse(t *testing.T) {
	site := func(p Place) Site { return Site{Place: p} }
	for name, tc := range map[string]struct {
		text string
		want Config
	}{
		"empty":              {"", Config{}},
		"comments alone":     {"# nothing\n", Config{}},
		"a directory":        {"root: /srv/www\n", Config{Site: site(Place{Root: "/srv/www"})}},
		"short listen":       {"listen: :80", Config{Listen: []Listen{{Address: ":80"}}}},
		"list of listens":    {"listen: [':80', {address: ':443', tls: {certificate: c, key: k}}]", Config{Listen: []Listen{{Address: ":80"}, {Address: ":443", TLS: []Certificate{{"c", "k"}}}}}},
		"index, one":         {"index: a.html", Config{Site: site(Place{Options: Options{Index: []string{"a.html"}}})}},
		"index, none":        {"index: []", Config{Site: site(Place{Options: Options{Index: []string{}}})}},
		"durations":          {"grace: 1m30s\ntimeouts: {head: off, idle: 2d}", Config{Grace: 90e9, Timeouts: Timeouts{Head: Off, Idle: Duration(2 * day)}}},
		"sizes":              {"limits: {head: 32KiB, body: 10MB, drain: 4096}", Config{Limits: Limits{Head: 32 << 10, Body: 10e6, Drain: 4096}}},
		"number as text":     {"server-name: 7", Config{ServerName: "7"}},
		"number as map key":  {"error-pages: {404: /404.html}", Config{Site: Site{ErrorPages: map[string]string{"404": "/404.html"}}}},
		"short place":        {"paths: {/docs: /srv/docs}", Config{Site: Site{Paths: map[string]Place{"/docs": {Root: "/srv/docs"}}}}},
		"short auth":         {"auth: users", Config{Site: Site{Auth: []Auth{{Users: "users"}}}}},
		"optional, off":      {"admin: off", Config{}},
		"optional, false":    {"admin: false", Config{}},
		"optional, true":     {"admin: true", Config{Admin: &Admin{}}},
		"optional, short":    {"admin: :9090", Config{Admin: &Admin{Address: []string{":9090"}}}},
		"false to an option": {"hidden: false", Config{Site: site(Place{Options: Options{Hidden: new(false)}})}},
		"off":                {"compress: off\nhttp2: false", Config{HTTP2: HTTP2{Off: true}, Site: site(Place{Options: Options{Compress: &Compress{Off: true}}})}},
		"on":                 {"compress: true\nlisting: true", Config{Site: site(Place{Options: Options{Compress: &Compress{}}, Listing: &Listing{}})}},
		"short compress":     {"compress: [gzip]", Config{Site: site(Place{Options: Options{Compress: &Compress{Codings: []string{"gzip"}}}})}},
		"nought is off, not the default": {
			"grace: 0s\ntimeouts: {idle: 0s}\nlimits: {connections: 0, body: 0}\nhsts: 0s\ncache: 0",
			Config{Grace: Off, Timeouts: Timeouts{Idle: Off}, Limits: Limits{Connections: Off, Body: Off}, HSTS: &HSTS{MaxAge: Off}, Site: site(Place{Cache: &Cache{Memory: Off}})},
		},
		"counts":              {"limits: {connections: off, fields: 7}", Config{Limits: Limits{Connections: Off, Fields: 7}}},
		"one header, no list": {"headers: {add: {Link: a}}", Config{Site: Site{Headers: []Header{{Add: map[string][]string{"Link": {"a"}}}}}}},
		"anchor and alias":    {"root: &dir /srv\nsites: {hosts: a, root: *dir}", Config{Site: site(Place{Root: "/srv"}), Sites: []Host{{Hosts: []string{"a"}, Site: site(Place{Root: "/srv"})}}}},
		"merge": {
			"x-all: &all {hidden: true, index: a}\n<<: *all\nindex: b\n",
			Config{Site: site(Place{Options: Options{Hidden: new(true), Index: []string{"b"}}})},
		},
		"merge of several, the first counts": {
			"x-a: &a {index: a}\nx-b: &b {index: b, hidden: true}\nroot: r\n<<: [*a, *b]\n",
			Config{Site: site(Place{Root: "r", Options: Options{Hidden: new(true), Index: []string{"a"}}})},
		},
		"json":     {`{"root": "r", "debug": true}`, Config{Debug: true, Site: site(Place{Root: "r"})}},
		"core tag": {"root: !!str 5", Config{Site: site(Place{Root: "5"})}},
		"CR LF":    {"root: r\r\ndebug: true\r\n", Config{Debug: true, Site: site(Place{Root: "r"})}},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := Parse("f", []byte(tc.text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, *c, same); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParse_Mistakes(t *testing.T) {
	deep := strings.Repeat("[", 40) + strings.Repeat("]", 40)
	for name, tc := range map[string]struct {
		text string
		want []string
	}{
		"unknown key":         {"roots: a", []string{"f:1:1: there is no key roots; did you mean root?"}},
		"two letters swapped": {"indxe: a", []string{"f:1:1: there is no key indxe; did you mean index?"}},
		"nothing near":        {"banana: a", []string{"f:1:1: there is no key banana"}},
		"key of another group": {
			"certificate: a\nhosts: b\nlimits: {listen: ':1'}",
			[]string{
				"f:1:1: there is no key certificate; certificate belongs in listen.tls",
				"f:2:1: there is no key hosts; hosts belongs in sites",
				"f:3:10: limits: there is no key listen; listen belongs in the outermost group",
			},
		},
		"all mistakes at once": {
			"debug: maybe\nlimits:\n  fields: many\n  head: 10 parsecs\n  bdy: 1\ngrace: soon\nsites:\n  - hosts: {a: b}\n    rot: x\n",
			[]string{
				`f:1:8: debug: here is "maybe", and true or false is wanted`,
				`f:3:11: limits.fields: "many" is not a whole number such as 100, or off`,
				`f:4:9: limits.head: "10 parsecs" is not a size such as 512, 64KiB, 10MB or off`,
				`f:5:3: limits: there is no key bdy; did you mean body?`,
				`f:6:8: grace: "soon" is not a time such as 500ms, 10s, 1h30m, 7d or off`,
				`f:8:12: sites[0].hosts: here is a group of keys, and a text (in quotes, if it looks like something else) is wanted`,
				`f:9:5: sites[0]: there is no key rot; did you mean root?`,
			},
		},
		"a list for a text":        {"root: [a, b]", []string{"f:1:7: root: here is a list, and a text (in quotes, if it looks like something else) is wanted"}},
		"a truth for a text":       {"root: true", []string{`f:1:7: root: here is "true", and a text (in quotes, if it looks like something else) is wanted`}},
		"a number for a truth":     {"debug: 1", []string{`f:1:8: debug: here is "1", and true or false is wanted`}},
		"a fraction for a number":  {"redirects: [{status: 1.5}]", []string{`f:1:22: redirects[0].status: here is "1.5", and a whole number is wanted`}},
		"a text for a group":       {"limits: 5", []string{`f:1:9: limits: here is "5", and a group of keys is wanted`}},
		"a list for a group":       {"- a", []string{"f:1:1: here is a list, and a group of keys is wanted"}},
		"a text for the whole":     {"hello", []string{`f:1:1: here is "hello", and a group of keys is wanted`}},
		"nothing":                  {"root:\ndebug: ~", []string{"f:1:6: root: nothing stands here: give a value, or leave the key out", "f:2:8: debug: nothing stands here: give a value, or leave the key out"}},
		"twice":                    {"root: a\nroot: b", []string{"f:2:1: root is there twice"}},
		"two documents":            {"root: a\n---\nroot: b", []string{"f:3:1: a second document: a configuration is one"}},
		"no such anchor":           {"root: *a", []string{"f:1:7: root: there is no anchor &a before this"}},
		"anchor within itself":     {"index: &a [*a]", []string{"f:1:12: index[0]: *a stands within &a"}},
		"merge of itself":          {"limits: &a {<<: *a}", []string{"f:1:17: limits: *a stands within &a"}},
		"merge of a list of words": {"<<: [a]", []string{"f:1:6: << takes a group of keys, or a list of such"}},
		"a tag":                    {"root: !env HOME", []string{"f:1:7: root: tag !env means nothing here"}},
		"nested too deeply":        {"index: " + deep, []string{"f:1:9: index[0]: here is a list, and a text (in quotes, if it looks like something else) is wanted"}},
		"a negative size":          {"limits: {head: -1}", []string{`f:1:16: limits.head: "-1" is not a size such as 512, 64KiB, 10MB or off`}},
		"a size that is too large": {"limits: {body: 9999999999TiB}", []string{`f:1:16: limits.body: "9999999999TiB" is not a size such as 512, 64KiB, 10MB or off`}},
		"a time that is too long":  {"grace: 300y", []string{`f:1:8: grace: "300y" is not a time such as 500ms, 10s, 1h30m, 7d or off`}},
		"not closed":               {"root: \"a\n", []string{"f:1:7: could not find end character of double-quoted text"}},
		"a tab":                    {"\troot: a", []string{"f:1:5: tab character cannot use as a map key directly: YAML is indented by spaces, not by tabs"}},
		"indented in no way":       {"root: a\n  index: b", []string{"f:1:7: mapping value is not allowed in this context: keys of one group begin in the same column, and a text with a colon at its end, or one and a space, stands in quotes"}},
		"a tab within":             {"paths:\n\t/a: b", []string{"f:2:1: found character '\t' that cannot start any token: YAML is indented by spaces, not by tabs"}},
		"a word for what is on":    {"request-id: yes\nlisting: maybe", []string{`f:1:13: request-id: here is "yes", and true, false or a group of keys is wanted`, `f:2:10: listing: here is "maybe", and true, false or a group of keys is wanted`}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse("f", []byte(tc.text))
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(strings.Join(tc.want, "\n"), err.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A file that is small, and huge when its aliases are followed.
func TestParse_ManyAliases(t *testing.T) {
	var text strings.Builder
	text.WriteString("x-a: &a0 [a,a,a,a,a,a,a,a,a,a]\n")
	for i := range 8 {
		c, n := string(rune('0'+i)), string(rune('1'+i))
		text.WriteString("x-" + n + ": &a" + n + " [" + strings.Repeat("*a"+c+",", 10) + "]\n")
	}
	text.WriteString("index: *a8\n")
	if _, err := Parse("f", []byte(text.String())); err == nil {
		t.Error("no error")
	}
	text.Reset()
	text.WriteString("x-a: &a0 {hidden: true}\n")
	for i := range 8 {
		c, n := string(rune('0'+i)), string(rune('1'+i))
		text.WriteString("x-" + n + ": &a" + n + "\n  <<: [" + strings.Repeat("*a"+c+",", 10) + "]\n")
	}
	text.WriteString("<<: *a8\n")
	if _, err := Parse("f", []byte(text.String())); err == nil {
		t.Error("merged: no error")
	}
	if _, err := Parse("f", make([]byte, maxBytes+1)); err == nil || !strings.Contains(err.Error(), "longer than 1MiB") {
		t.Error(err)
	}
}

func TestDuration(t *testing.T) {
	for text, want := range map[string]string{
		"10s": "10s", "0s": "off", "0d": "off", "90s": "1m30s", "24h": "1d", "36h": "1d12h", "1w": "7d", "365d": "1y", "1y2w3d": "1y17d",
		"1d1ms": "1d1ms", "60m": "1h", "3600s": "1h", "1h30m": "1h30m", "off": "off", "1h0m5s": "1h0m5s",
	} {
		var d Duration
		if err := d.UnmarshalText([]byte(text)); err != nil || d.String() != want {
			t.Errorf("%s: %v, %v, want %s", text, d, err, want)
		}
	}
	for _, text := range []string{"", "5", "-1s", "+1s", "1.5d", "d", "1d-1s", "1d+1s", "soon", "293y", "1s1d", "Off"} {
		if err := new(Duration).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}

func TestSize(t *testing.T) {
	for text, want := range map[string]string{
		"0": "off", "0KiB": "off", "512": "512", "1024": "1KiB", "1kib": "1KiB", "10MB": "10000000", "10 MiB": "10MiB", "3GiB": "3GiB", "7B": "7", "off": "off",
	} {
		var s Size
		if err := s.UnmarshalText([]byte(text)); err != nil || s.String() != want {
			t.Errorf("%s: %v, %v, want %s", text, s, err, want)
		}
	}
	for _, text := range []string{"", "-1", "1.5KiB", "KiB", "1 2", "9223372036854775808", "9999999TiB", "1 parsec"} {
		if err := new(Size).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}
