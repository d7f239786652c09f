package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/components/gateway"
)

// TestUpstream makes places that programs answer for, and says what is wrong with
// them where it stands.
func TestUpstream(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct{ text, want string }{
		{"{fastcgi: unix:/run/php.sock}", ""},
		{"{root: /srv/php, fastcgi: {address: localhost:9000, env: {A: b}, first: 5s, keep: off, keep-for: 1m, at-once: 3, fallback: /index.php}}", ""},
		{"{root: www, scgi: {address: 127.0.0.1:4000, extensions: [.py, .cgi]}}", ""},
		{"{fastcgi: {}}", "3:8: paths./a.fastcgi: it needs an address: unix:/path, or host:port"},
		{"{fastcgi: /run/php.sock}", `3:17: paths./a.fastcgi.address: address "/run/php.sock": want unix:/path, or host:port`},
		{"{scgi: {address: systemd:}}", `3:24: paths./a.scgi.address: address "systemd:": want`},
		{"{scgi: {address: 127.0.0.1:4000, keep: 3}}", "3:40: paths./a.scgi: there is no key keep"},
		{"{fastcgi: {address: a:1, at-once: -1}}", "is not a whole number such as 100"},
		{"{scgi: {address: a:1, queue: 0, wait: 0, first: 0, silence: 0, run-time: 0, output: 0}}", ""},
		{"{fastcgi: {address: a:1, keep: 0}}", ""},
		{"{fastcgi: {address: a:1, keep-for: 0}}", "paths./a.fastcgi.keep-for: off is not possible here"},
		{"{uwsgi: {address: a:1, connect: 0}}", "paths./a.uwsgi.connect: off is not possible here"},
		{"{scgi: {address: a:1, largest: off}}", "paths./a.scgi.largest: off is not possible here"},
		{"{upstream: {url: 'http://a:1', every: 0}}", "paths./a.upstream.every: off is not possible here"},
		{"{upstream: {url: 'http://a:1', connect: 0}}", "paths./a.upstream.connect: off is not possible here"},
		{"{fastcgi: {address: a:1, fallback: /index.php}}", "of no use without a root"},
		{"{root: www, fastcgi: {address: a:1, extensions: [php]}}", `extension "php": want .EXT`},
		{"{uwsgi: unix:/run/app.sock}", ""},
		{"{uwsgi: {address: a:1, first: 5s, at-once: 2}}", ""},
		{"{uwsgi: {}}", "3:8: paths./a.uwsgi: it needs an address"},
		{"{upstream: 'http://127.0.0.1:8000'}", ""},
		{"{upstream: 'unix:/run/app.sock'}", ""},
		{"{upstream: {url: 'https://example.org/app', host: example.org, keep: off, health: /up, every: 1s, at-once: 3, silence: off}}", ""},
		{"{upstream: {}}", "3:8: paths./a.upstream: it needs a URL: http://host:port, or unix:/path"},
		{"{upstream: '127.0.0.1:8000'}", `paths./a.upstream.url: URL "127.0.0.1:8000": want http://host:port`},
		{"{upstream: 'http://a:1/?q'}", "want http://host:port"},
		{"{upstream: 'unix:app.sock'}", "a path that begins with a slash"},
		{"{upstream: {url: 'http://a:1', health: up}}", `health "up": want a path`},
		{"{upstream: 'http://a:1', uwsgi: a:2}", "a place has one of"},
		{"{root: www, upstream: 'http://a:1'}", "it goes with no root"},
		{"{fastcgi: a:1, listing: true}", "a program answers here"},
		{"{fastcgi: a:1, scgi: a:2}", "a place has one of asgi, cgi, fastcgi, scgi, uwsgi, wsgi and upstream"},
		{"{root: www, fastcgi: a:1, cgi: true}", "a place has one of asgi, cgi, fastcgi, scgi, uwsgi, wsgi and upstream"},
	} {
		file := filepath.Join(dir, "site.yaml")
		if err := os.WriteFile(file, []byte("root: "+dir+"\npaths:\n  /a: "+c.text+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		err := CheckFile(file)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.text, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want %s", c.text, err, c.want)
		}
	}
}

// TestUpstream_Socket: a relative name of a socket is relative to the directory of the
// configuration, or to the current one where a flag has said it.
func TestUpstream_Socket(t *testing.T) {
	dir := ground(t)
	for name, flag := range map[string]bool{"file": false, "flag": true} {
		t.Run(name, func(t *testing.T) {
			c, err := load(t, dir, "root: www\npaths:\n  /a: {fastcgi: unix:run/php.sock}\n")
			if err != nil {
				t.Fatal(err)
			}
			want := "unix:" + dir + "/run/php.sock"
			if flag {
				c.Given("paths./a", "--fastcgi /a=unix:run/php.sock")
				want = "unix:run/php.sock"
			}
			if got := programs(built(t, c)); !slices.Equal(got, []string{want}) {
				t.Errorf("%s, want %s", got, want)
			}
		})
	}
}

// programs lists the addresses of the programs that answer.
func programs(s *Server) (addresses []string) {
	for _, m := range s.Site.Mounts {
		if h, ok := m.Handler().(*gateway.Handler); ok {
			addresses = append(addresses, h.Upstream.Address)
		}
	}
	return addresses
}

// TestSocket_NoFile: a name that begins with @ is that of no file, and the same from everywhere.
func TestSocket_NoFile(t *testing.T) {
	dir := ground(t)
	c, err := load(t, dir, "root: www\nlisten: ['unix:@here', 'unix:file,mode=0660']\npaths:\n  /a: {scgi: 'unix:@there'}\n")
	if err != nil {
		t.Fatal(err)
	}
	s := built(t, c)
	if a, b := s.listens[0].address, s.listens[1].address; a != "unix:@here" || b != "unix:"+dir+"/file,mode=0660" {
		t.Errorf("it would listen on %s and %s", a, b)
	}
	if got := programs(s); !slices.Equal(got, []string{"unix:@there"}) {
		t.Errorf("it would ask %s", got)
	}
}
