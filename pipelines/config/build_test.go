package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kamaelia-go/kamaelia/components/secure/securetest"
)

const userFile = "alice:$2y$04$UhIctdn.s9.TdQPsZ.W4V.F4aZFeLBat.kEtWKTBs9r7Y1Syvl51W\nbob:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n"

// place makes a directory with files for a configuration.
func ground(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"www/index.html": "index", "www/404.html": "not here", "www/app.css": strings.Repeat("a{}", 50), "www/dir/a.txt": "a", "docs/index.html": "docs",
		"users": userFile, "badusers": "carol:plain\n", "site.yaml": "",
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	securetest.Write(t, dir, "cert", securetest.ECDSA, "example.org")
	return dir
}

// load writes a configuration into a ground and loads it.
func load(t testing.TB, dir, text string) (*Config, error) {
	t.Helper()
	file := filepath.Join(dir, "site.yaml")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return Load(file)
}

// built makes the server of a configuration, and closes it when the test ends.
func built(t testing.TB, c *Config) *Server {
	t.Helper()
	s, err := c.Build()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestCheck_Mistakes(t *testing.T) {
	dir := ground(t)
	for name, tc := range map[string]struct {
		text string
		want []string // DIR stands for the ground
	}{
		"nothing":         {"debug: true", []string{"1:1: nothing is served: say root: DIR, or give paths or sites"}},
		"no directory":    {"root: missing", []string{"1:7: root: cannot serve DIR/missing: no such file or directory"}},
		"a file for one":  {"root: users", []string{"1:7: root: cannot serve DIR/users: it is not a directory"}},
		"bad addresses":   {"root: www\nlisten: [8080, 'nowhere:99999', 'unix:', '']", []string{"2:10: listen[0]: \"8080\" is no address: say 127.0.0.1:8080 for this machine alone, or :8080 for all", "2:16: listen[1]: address nowhere:99999: unknown port \"99999\"", "2:33: listen[2]: address unix:: no path behind unix:", "2:42: listen[3]: it needs an address, such as 127.0.0.1:8080"}},
		"one bad address": {"root: www\nlisten: 8080", []string{"2:9: listen: \"8080\" is no address: say 127.0.0.1:8080 for this machine alone, or :8080 for all"}},
		"the same address": {"root: www\nlisten: ['127.0.0.1:8080', ':8080', '127.0.0.1:http', ':80', ':0', ':0']\nadmin: :8080", []string{
			"2:28: listen[1]: :8080 is listened on already, by listen[0]",
			"2:55: listen[3]: :80 is listened on already, by listen[2]",
			"3:8: admin.address[0]: :8080 is listened on already, by listen[0]",
		}},
		"certificates": {"root: www\nlisten:\n  - {address: ':1', tls: {certificate: cert.crt, key: users}}\n  - {address: ':2', tls: [{key: cert.key}]}\n  - {address: ':3', tls: {certificate: cert.crt, key: cert.key}}\n", []string{
			"3:21: listen[0].tls: DIR/cert.crt and DIR/users: ",
			"4:26: listen[1].tls: it needs a certificate",
		}},
		"a certificate without its key": {"root: www\nlisten: {address: ':1', tls: {certificate: cert.crt}}", []string{
			"2:25: listen.tls: DIR/cert.crt and DIR/cert.crt: found a certificate rather than a key in the PEM for the private key; no key is given, so it has to stand in the same file",
		}},
		"error pages of a root that is missing": {"root: missing\nerror-pages: {404: /404.html}", []string{"1:7: root: cannot serve DIR/missing: no such file or directory"}},
		"error pages of programs":               {"root: www\ncgi: true\nerror-pages: {404: /404.html}", []string{"3:1: error-pages: they are files in the site's root, and it has none"}},
		"two mistakes in one type":              {"root: www\ntypes: {txt: nonsense}", []string{"2:14: types.txt: \"txt\" is not an extension such as \".txt\"", "2:14: types.txt: \"nonsense\" is not a media type"}},
		"admin without address":                 {"root: www\nadmin: true", []string{"2:8: admin: it needs an address, such as 127.0.0.1:9090"}},
		"log":                                   {"root: www\naccess-log: {file: missing/log, format: '{nonsense}'}", []string{"2:20: access-log.file: cannot write DIR/missing/log: no such file or directory", "2:41: access-log.format: "}},
		"log that is off":                       {"root: www\naccess-log: {file: off, format: json}", []string{"2:1: access-log: it is off, and has a form"}},
		"limits": {"root: www\nlimits: {head: off, target: 2GiB, fields: off, when-full: anwser}\ntimeouts: {errors: off}", []string{
			"2:16: limits.head: off is not possible here: a client could fill the memory",
			"2:29: limits.target: 2GiB is more than 1GiB",
			"2:29: limits.target: 2GiB leaves no room in a head of 16KiB",
			"2:43: limits.fields: off is not possible here: a client could fill the memory",
			"2:59: limits.when-full: \"anwser\" is none of queue, answer, close; did you mean answer?",
			"3:20: timeouts.errors: off is not possible here: a client would wait for ever",
		}},
		"names":                             {"root: www\nmethods: [PURGE, 'a b']\nserver-name: \"a\\nb\"", []string{"2:18: methods[1]: \"a b\" is not a name of letters, digits and hyphens", "3:14: server-name: \"a\\nb\" has a character that can not be sent"}},
		"health with a star, and passwords": {"root: www\nhealth: /a/*\nauth: {paths: [/a], users: users}", []string{`2:9: health: path "/a/*": all below a path is meant, without a star`}},
		"http2":                             {"root: www\nhttp2: {off: true, plain: true, streams: off}\nhsts: {max-age: 1d, preload: true}", []string{"2:1: http2: it is off, and plain", "2:42: http2.streams: off is not possible here: give a value, or leave it out", "3:30: hsts.preload: it asks for subdomains, and a max-age of a year at least"}},
		"options of files": {"root: www\nindex: [a.html, a/b]\ntypes: {txt: text/plain, .a: nonsense}\ndefault-type: x\ncharset: 'a b'\nprecompressed: [gzip, rar]\nlinks: outsid", []string{
			"2:17: index[1]: \"a/b\" is not the name of a file",
			"3:14: types.txt: \"txt\" is not an extension such as \".txt\"",
			"3:30: types..a: \"nonsense\" is not a media type",
			"4:15: default-type: \"x\" is not a media type",
			"5:10: charset: \"a b\" is not the name of a charset",
			"6:23: precompressed[1]: ",
			"7:8: links: \"outsid\" is none of inside, owner, none",
		}},
		"cache-control": {"root: www\ncache-control:\n  - paths: ['a/b', '*.css']\n    value: x\n  - {paths: '*', expires: off}\n  - {value: \"no-cache\\n\", paths: '*'}\n  - {value: no-store}", []string{
			"3:13: cache-control[0].paths[0]: one with a slash begins with a slash",
			"5:27: cache-control[1].expires: off is not possible here: leave it out",
			"6:34: cache-control[2].paths: \"no-cache\\n\" can not be the value of a field",
			"7:5: cache-control[3]: it needs paths; \"*\" is for all",
		}},
		"fallback, error pages": {"root: www\nfallback: index.html\nerror-pages: {404: /404.html, 5xx: /oops.html, 200: /a, 403: b}", []string{
			"2:11: fallback: \"index.html\" does not begin with a slash: it is a path in the root",
			"3:36: error-pages.5xx: there is no /oops.html in DIR/www",
			"3:53: error-pages.200: it is not a status from 400 to 599, nor 4xx or 5xx",
			"3:53: error-pages.200: there is no /a in DIR/www",
			"3:62: error-pages.403: path \"b\" does not begin with a slash",
		}},
		"error pages without a root": {"paths: {/a: www}\nerror-pages: {404: /404.html}", []string{"2:1: error-pages: they are files in the site's root, and it has none"}},
		"overlaps": {"root: www\nhealth: /a/\npaths:\n  /: docs\n  /a: docs\n  /a/: docs\n  b: docs\n  /c/../d: docs\n", []string{
			"2:9: health: /a is served already, by paths./a",
			"4:6: paths./: / is served already, by root",
			"6:8: paths./a/: /a is served already, by paths./a",
			"7:6: paths.b: ",
			"8:12: paths./c/../d: ",
		}},
		"places": {"listing: true\npaths:\n  /a: {put: true}\n  /b: {root: www, put: true, webdav: true}\n  /c: {root: www, cache: true, put: true}\n  /d: {root: www, listing: {most: 0, page: off}}\n  /e: {root: www, compress: {gzip: 12, streams: 0}}", []string{
			"1:1: it needs a root: the directory whose files are served",
			"3:3: paths./a: it needs a root: the directory whose files are served",
			"4:24: paths./b.put: webdav takes PUT and DELETE as well: give one of the two",
			"5:26: paths./c.cache: what is written would not be seen: a place has a cache, or put or webdav",
			"6:35: paths./d.listing.most: off is not possible here: give a value, or leave it out",
			"6:44: paths./d.listing.page: off is not possible here",
			"7:36: paths./e.compress.gzip: level 12 is not from 1 to 9",
			"7:49: paths./e.compress.streams: off is not possible here",
		}},
		"options of a site are told of once": {"root: www\ncompress: [rar, gzip, gzip]\ncache-control: {value: no-store}\ncharset: 'a b'\npaths: {/a: www, /b: {root: www, charset: 'c d'}}\n", []string{
			"2:11: compress.codings: \"rar\" is neither",
			"2:11: compress.codings: \"gzip\" stands there twice",
			"3:1: cache-control: it needs paths; \"*\" is for all",
			"4:10: charset: \"a b\" is not the name of a charset",
			"5:43: paths./b.charset: \"c d\" is not the name of a charset",
		}},
		"nought": {"root: www\ncache: {memory: 0}\nlimits: {fields: 0}\nhealth: ok\nauth: users\npaths: {/b: {root: www, webdav: {lock-time: 0s}}}", []string{
			"2:17: cache.memory: off is not possible here",
			"3:18: limits.fields: off is not possible here: a client could fill the memory",
			"4:9: health: route \"ok\" has no path",
			"6:45: paths./b.webdav.lock-time: off is not possible here",
		}},
		"rules": {"root: www\nredirects:\n  - {from: a, to: /b}\n  - {from: /a, to: /b, status: 200}\nrewrites: {from: /a, to: 'http://b/'}\nheaders: [{set: {a b: c}}, {paths: 'x/y', remove: A}]", []string{
			"3:5: redirects[0]: \"a\" does not begin with a slash",
			"4:5: redirects[1]: status 200 is not 301, 302, 303, 307 or 308",
			"5:1: rewrites: a rewrite leads to a path",
			"6:11: headers[0]: field name \"a b\" is not a token",
			"6:28: headers[1]: path \"x/y\": one with a slash begins with a slash",
		}},
		"auth": {"root: www\nauth:\n  - {paths: /a, users: missing}\n  - {paths: /b, users: badusers}\n  - {paths: /c, users: users, only: [alice, zoe]}\n  - {paths: /d/*, users: users}\n  - {paths: /e}", []string{
			"3:24: auth[0].users: cannot read DIR/missing: no such file or directory",
			"4:24: auth[1].users: DIR/badusers:1: the password of \"carol\": neither bcrypt",
			"5:45: auth[2].only[1]: users has no user \"zoe\"",
			"6:5: auth[3]: path \"/d/*\": all below a path is meant, without a star",
			"7:5: auth[4]: it needs users",
		}},
		"hosts": {"root: www\nsites:\n  - {hosts: [a.org, 'b:80', bücher.example], root: www}\n  - {hosts: [A.org, '*'], root: www}\n  - {root: www}\n  - {hosts: c.org}\n", []string{
			"3:21: sites[0].hosts[1]: \"b:80\" is not a host such as example.org or *.example.org",
			"3:29: sites[0].hosts[2]: \"bücher.example\" is a name as people see it: give the one that is asked for, which begins with xn--",
			"4:14: sites[1].hosts[0]: \"A.org\" belongs to site 1 already",
			"4:21: sites[1].hosts[1]: the site that stands outside of sites is for all other hosts already",
			"5:5: sites[2]: it needs hosts: the names that it answers for",
			"6:5: sites[3]: nothing is served: say root: DIR, or give paths or redirects",
		}},
		"rules that nobody has": {"compress: true\nauth: users\nsites: {hosts: a, root: www}", []string{
			"1:11: compress: nothing is served here, and sites have nothing from here: put it into each of them",
			"2:7: auth: nothing is served here, and sites have nothing from here: put it into each of them",
		}},
		"https without TLS": {"root: www\nhttps: {except: a, port: 70000}\nsites: {hosts: a, root: www, https: true}", []string{
			"2:17: https.except: \"a\" does not begin with a slash",
			"2:26: https.port: 70000 is no port",
			"3:37: sites.https: no address has tls: give the port where https is served by something else",
		}},
		"a key that is no root": {"roots: www", []string{"1:1: there is no key roots; did you mean root?"}},
		"in text and meaning": {"rot: www\nroot: missing\nindex: a/b", []string{
			"1:1: there is no key rot; did you mean root?",
			"2:7: root: cannot serve DIR/missing: no such file or directory",
			"3:8: index: \"a/b\" is not the name of a file",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(dir, "site.yaml")
			_, _ = load(t, dir, tc.text)
			err := CheckFile(file)
			if err == nil {
				t.Fatal("no error")
			}
			got, want := strings.Split(err.Error(), "\n"), tc.want
			for i := range got {
				got[i] = strings.ReplaceAll(strings.TrimPrefix(got[i], file+":"), dir, "DIR")
				if i < len(want) && strings.HasPrefix(got[i], want[i]) {
					got[i] = want[i]
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A Config that was not read from a file has mistakes without a place.
func TestCheck_WithoutFile(t *testing.T) {
	c := &Config{Site: Site{Place: Place{Root: filepath.Join(t.TempDir(), "missing"), Options: Options{Index: []string{"a/b"}}}}}
	err := c.Check()
	var all Problems
	if !errors.As(err, &all) || len(all) != 2 || all.Missing() {
		t.Fatal(err)
	}
	c.Index = nil
	if err := c.Check(); !errors.As(err, &all) || !all.Missing() {
		t.Error(err)
	}
	if got := all[0].Error(); !strings.HasPrefix(got, "root: cannot serve ") {
		t.Error(got)
	}
}

// Whatever a Config says, Build makes a server of it that can be pictured, or tells
// what is wrong: without the keys that it names, nothing is.
func TestBuild_Anything(t *testing.T) {
	t.Chdir(ground(t))
	names := rapid.SampledFrom([]string{"www", "docs", "users", "badusers", "/", "/a", "/a/*", "*", "a.org", ":0", "127.0.0.1:0", "cert.crt", "cert.key", "404", "5xx", "/404.html", "Field", "$1", "(.*)", "off", "", "x"})
	rapid.Check(t, func(t *rapid.T) {
		var c Config
		anything(t, reflect.ValueOf(&c).Elem(), "")
		likely(t, reflect.ValueOf(&c).Elem(), names)
		c.AccessLog.File = ""
		for range 100 {
			s, err := c.Build()
			if err == nil {
				s.Plan()
				if _, err := s.Site.Picture(); err != nil {
					t.Errorf("%v\n%s", err, Format(&c))
				}
				if err := s.Close(); err != nil {
					t.Error(err)
				}
				return
			}
			all, ok := err.(Problems)
			if !ok || len(all) == 0 {
				t.Fatalf("%T %v", err, err)
			}
			for _, p := range all {
				leaveOut(t, &c, p)
			}
		}
		_, err := c.Build()
		t.Fatalf("%v\n%s", err, Format(&c))
	})
}

// leaveOut takes the key away that a problem names.
func leaveOut(t *rapid.T, c *Config, p *Problem) {
	name := p.Path[:len(p.Path)-len(strings.TrimLeft(p.Path, "abcdefghijklmnopqrstuvwxyz0123456789-"))]
	if name == "" || name == "root" {
		c.Place = Place{Root: "www"}
		return
	}
	for _, k := range keysOf(configType) {
		if k.name == name {
			reflect.ValueOf(c).Elem().FieldByIndex(k.index).SetZero()
			return
		}
	}
	t.Fatalf("a problem at no key: %v", p)
}

// likely puts texts into a value that may mean something.
func likely(t *rapid.T, v reflect.Value, names *rapid.Generator[string]) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(names.Draw(t, "text"))
	case reflect.Int:
		v.SetInt(int64(rapid.IntRange(-1, 9).Draw(t, "number")))
	case reflect.Struct:
		for _, k := range keysOf(v.Type()) {
			likely(t, v.FieldByIndex(k.index), names)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			likely(t, v.Elem(), names)
		}
	case reflect.Slice:
		for i := range v.Len() {
			likely(t, v.Index(i), names)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			e := reflect.New(v.Type().Elem()).Elem()
			likely(t, e, names)
			v.SetMapIndex(k, reflect.Value{})
			v.SetMapIndex(reflect.ValueOf(names.Draw(t, "key")), e)
		}
	}
}

func ExampleConfig_Check() {
	c := &Config{Listen: []Listen{{Address: "8080"}}, Site: Site{Place: Place{Root: ".", Fallback: "app.html"}}}
	fmt.Println(c.Check())
	// Output:
	// listen: "8080" is no address: say 127.0.0.1:8080 for this machine alone, or :8080 for all
	// fallback: "app.html" does not begin with a slash: it is a path in the root
}
