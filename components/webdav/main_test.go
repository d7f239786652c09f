package webdav

import (
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/files"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/upload"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// share makes a Share of a fresh directory with some files in it. A name that
// ends in a slash is a directory; the content "-> to" makes a link.
func share(t testing.TB, content map[string]string) *Share {
	t.Helper()
	tree := &files.Tree{Dir: filepath.Join(t.TempDir(), "root"), Hidden: true}
	s := &Share{Dir: &upload.Dir{Tree: tree}}
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(os.Mkdir(tree.Dir, 0o755))
	for name, text := range content {
		path := filepath.Join(tree.Dir, name)
		check(os.MkdirAll(filepath.Dir(path), 0o755))
		if to, link := strings.CutPrefix(text, "-> "); link {
			check(os.Symlink(to, path))
		} else if strings.HasSuffix(name, "/") {
			check(os.MkdirAll(path, 0o755))
		} else {
			check(os.WriteFile(path, []byte(text), 0o644))
		}
	}
	check(tree.Open())
	check(s.Dir.Open())
	t.Cleanup(func() { _, _ = s.Dir.Close(), tree.Close() })
	return s
}

// holds tells what is in a share's directory, in one line; of side files the names
// alone, and none of what is hidden for good.
func (s *Share) holds(t testing.TB) string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(s.Dir.Tree.Dir, func(path string, e os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(s.Dir.Tree.Dir, path)
		switch {
		case name == "." || e.Name() == sideDir:
		case strings.Contains(path, sideDir):
			all = append(all, name)
		case e.Type()&os.ModeSymlink != 0:
			to, _ := os.Readlink(path)
			all = append(all, name+"->"+to)
		case e.IsDir():
			all = append(all, name+"/")
		default:
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			all = append(all, fmt.Sprintf("%s=%s", name, b))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return strings.ReplaceAll(strings.Join(all, " "), sideDir, "PROPS")
}

// request makes a request; the body is there as a whole.
func request(method, path, body string, fields ...string) *http1.Request {
	req := &http1.Request{Method: method, Path: path, Host: "dav.example", Major: 1, Minor: 1, ContentLength: int64(len(body))}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, ": ")
		req.Header.Add(name, value)
	}
	if body != "" {
		req.Body = http1.NewBody(1 << 20)
		_, _ = req.Body.Write(req.Context(), []byte(body))
		req.Body.CloseWrite(nil)
	}
	return req
}

// An answer is what a Handler makes of a request.
type answer struct {
	status int
	header http1.Header
	body   string
}

// ask gives a request to a Handler of its own, mounted at /dav.
func (s *Share) ask(t testing.TB, method, path, body string, fields ...string) answer {
	t.Helper()
	return s.answer(t, request(method, "/dav"+path, body, fields...))
}

func (s *Share) answer(t testing.TB, req *http1.Request) (a answer) {
	t.Helper()
	in := func(t testing.TB) {
		h := &Handler{Share: s, Prefix: "/dav"}
		x := axontest.Run(t, h)
		axontest.Send(x, &h.Inbox, req)
		x.Finish()
		for _, f := range axontest.Rest(x, &h.Failures) {
			if f.Request != req || f.Cause == nil || f.Stage != axontest.Unit || f.Close || a.status != 0 {
				t.Errorf("%+v", f)
			}
			a = answer{f.Status, f.Header, f.Cause.Error()}
		}
		for _, resp := range axontest.Rest(x, &h.Outbox) {
			if err := resp.Validate(); err != nil || resp.Request != req || a.status != 0 {
				t.Errorf("%+v: %v", resp, err)
			}
			a = answer{resp.Status, resp.Header, string(resp.Bytes)}
			if resp.Stream != nil {
				b, err := io.ReadAll(resp.Stream)
				if err != nil {
					t.Error(err)
				}
				a.body = string(b)
			}
		}
	}
	if test, ok := t.(*testing.T); ok {
		synctest.Test(test, func(t *testing.T) { in(t) })
	} else {
		in(t)
	}
	if a.status == 0 {
		t.Errorf("%s %s: no answer", req.Method, req.Path)
	}
	if a.status == 405 && a.header.Get("Allow") == "" {
		t.Errorf("%s %s: 405 without Allow", req.Method, req.Path)
	}
	return a
}

// A multi is a parsed 207 answer.
type multi struct {
	Responses []struct {
		Href     string `xml:"DAV: href"`
		Propstat []struct {
			Status string `xml:"DAV: status"`
			Error  struct {
				Inner string `xml:",innerxml"`
			} `xml:"DAV: error"`
			Prop struct {
				All []struct {
					XMLName xml.Name
					Lang    string `xml:"lang,attr"`
					Inner   string `xml:",innerxml"`
				} `xml:",any"`
			} `xml:"DAV: prop"`
		} `xml:"DAV: propstat"`
	} `xml:"DAV: response"`
}

// properties reads a 207 answer: "href name" -> value, or "!status" where that is
// not 200.
func (a answer) properties(t testing.TB) map[string]string {
	t.Helper()
	var m multi
	if a.status != 207 || a.header.Get("Content-Type") != "application/xml; charset=utf-8" {
		t.Fatalf("%d %v %s", a.status, a.header, a.body)
	}
	if err := xml.Unmarshal([]byte(a.body), &m); err != nil {
		t.Fatalf("%v in %s", err, a.body)
	}
	all := map[string]string{}
	for _, r := range m.Responses {
		all[r.Href] = ""
		for _, p := range r.Propstat {
			for _, x := range p.Prop.All {
				value := x.Inner
				if x.Lang != "" {
					value += " in " + x.Lang
				}
				if p.Status != "HTTP/1.1 200 OK" {
					value = "!" + strings.TrimPrefix(p.Status, "HTTP/1.1 ") + p.Error.Inner
				}
				name := x.XMLName.Local
				if x.XMLName.Space != "DAV:" {
					name = x.XMLName.Space + " " + name
				}
				if _, twice := all[r.Href+" "+name]; twice {
					t.Errorf("%s twice in %s", name, a.body)
				}
				all[r.Href+" "+name] = value
			}
		}
	}
	return all
}

func sorted(s []string) []string { return slices.Sorted(slices.Values(s)) }

// lockXML is the body of a LOCK.
func lockXML(scope, owner string) string {
	return `<?xml version="1.0"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:` + scope + `/></D:lockscope>` +
		`<D:locktype><D:write/></D:locktype><D:owner>` + owner + `</D:owner></D:lockinfo>`
}
