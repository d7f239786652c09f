//go:build unix

package test

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
)

// debianPython is the interpreter that has the frameworks of Debian's packages;
// another one may be the first in PATH.
const debianPython = "/usr/bin/python3"

// requireModule skips a test whose module of Python is not there.
func requireModule(t testing.TB, module string) {
	t.Helper()
	requireProgram(t, debianPython)
	if out, err := exec.Command(debianPython, "-c", "import "+module).CombinedOutput(); err != nil {
		if os.Getenv("KAMAELIA_TEST_ALL") == "1" {
			t.Fatalf("%s is not installed, and KAMAELIA_TEST_ALL=1 wants every test: %s", module, out)
		}
		t.Skipf("%s is not installed", module)
	}
}

// application writes the files of one folder of wsgi.txtar into a directory.
func application(t testing.TB, folder string) string {
	t.Helper()
	return applicationOf(t, "wsgi.txtar", folder)
}

// applicationOf does so with another file.
func applicationOf(t testing.TB, file, folder string) string {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, f := range archive.Files {
		name, ok := strings.CutPrefix(f.Name, folder+"/")
		if !ok {
			continue
		}
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
		when := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) // it is in the answers
		if err := os.Chtimes(path, when, when); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// gunicorn runs an application with gunicorn, and returns its address.
func gunicorn(t testing.TB, dir string) string {
	t.Helper()
	cmd := exec.Command(debianPython, requireProgram(t, "/usr/bin/gunicorn"), "-b", "127.0.0.1:0", "--worker-tmp-dir", t.TempDir(), "--chdir", dir, "app:app")
	cmd.Env = append(os.Environ(), "PYTHONHASHSEED=0") // sets are in the same order everywhere
	return listensAt(t, cmd, regexp.MustCompile(`Listening at: http://(\S+)`))
}

// listensAt starts a server, which ends with the test, and returns the address that it
// prints.
func listensAt(t testing.TB, cmd *exec.Cmd, listening *regexp.Regexp) string {
	t.Helper()
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	addr := make(chan string, 1)
	go func() {
		for lines := bufio.NewScanner(said); lines.Scan(); {
			if m := listening.FindStringSubmatch(lines.Text()); m != nil {
				addr <- m[1]
			}
		}
		close(addr)
	}()
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
	})
	select {
	case a, ok := <-addr:
		if !ok {
			t.Fatalf("%s ended before it listened", cmd.Args[1])
		}
		return a
	case <-time.After(startLimit):
		t.Fatalf("%s printed no address in %v", cmd.Args[1], startLimit)
	}
	return ""
}

// A stride is a request of a visit.
type stride struct {
	method, path string
	form         url.Values        // of a POST
	fields       map[string]string // besides
	body         string
	file         []byte // to be uploaded
}

// What differs between two runs of the same application, and what is the server's.
var (
	secrets    = regexp.MustCompile(`(name="csrfmiddlewaretoken" value=")[^"]*|(csrftoken=)[^;]*|((?:session(?:id)?|messages)=)[^;]*|([Ee]xpires=)[^;]*`)
	byServer   = []string{"Date", "Server", "Connection", "Transfer-Encoding", "Keep-Alive"}
	itsMoments = regexp.MustCompile(`\d\d:\d\d:\d\d(?:\.\d+)?|\d{1,2}:\d\d [ap]\.m\.`)
)

// A visitor goes through steps as a browser does, with cookies and the tokens of
// forms.
type visitor struct {
	t      testing.TB
	base   string
	client *http.Client
	token  string
}

func newVisitor(t testing.TB, addr string) *visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar, Timeout: time.Minute, Transport: &http.Transport{}, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	t.Cleanup(client.CloseIdleConnections)
	return &visitor{t: t, base: "http://" + addr, client: client}
}

// visit takes a step, and returns the answer without what no two answers share.
func (v *visitor) visit(s stride) string {
	v.t.Helper()
	body, media := []byte(s.body), ""
	switch {
	case s.file != nil:
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		part, err := w.CreateFormFile("file", "data.bin")
		if err != nil {
			v.t.Fatal(err)
		}
		part.Write(s.file)
		w.WriteField("word", "caf\u00e9")
		w.Close()
		body, media = b.Bytes(), w.FormDataContentType()
	case s.form != nil:
		if v.token != "" {
			s.form.Set("csrfmiddlewaretoken", v.token)
		}
		body, media = []byte(s.form.Encode()), "application/x-www-form-urlencoded"
	}
	req, err := http.NewRequest(cmp.Or(s.method, "GET"), v.base+s.path, bytes.NewReader(body))
	if err != nil {
		v.t.Fatal(err)
	}
	if media != "" {
		req.Header.Set("Content-Type", media)
		req.Header.Set("Referer", v.base+s.path)
	}
	for name, value := range s.fields {
		req.Header.Set(name, value)
	}
	resp, err := v.client.Do(req)
	if err != nil {
		v.t.Fatalf("%s %s: %v", s.method, s.path, err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		v.t.Errorf("%s %s: %v", s.method, s.path, err)
	}
	if m := regexp.MustCompile(`name="csrfmiddlewaretoken" value="([^"]*)"`).FindSubmatch(text); m != nil {
		v.token = string(m[1])
	}
	var fields []string
	for name, values := range resp.Header {
		if !slices.Contains(byServer, name) {
			fields = append(fields, name+": "+strings.Join(values, " | "))
		}
	}
	slices.Sort(fields)
	all := fmt.Sprintf("%s\n%s\n\n%s", resp.Status, strings.Join(fields, "\n"), text)
	all = strings.ReplaceAll(all, strings.TrimPrefix(v.base, "http://"), "HOST")
	return itsMoments.ReplaceAllString(secrets.ReplaceAllString(all, "$1$2$3$4..."), "NOW")
}

// TestWSGI_Frameworks compares real applications with themselves under gunicorn:
// the same status, fields and body, for each of a list of requests.
func TestWSGI_Frameworks(t *testing.T) {
	t.Parallel()
	data := bytes.Repeat([]byte("0123456789abcdef"), 40_000)
	for _, c := range []struct {
		name, module string
		steps        []stride
		want         map[int]string // a piece of the answer to a step, so that both are not wrong together
	}{
		{"flask", "flask", []stride{
			{path: "/"}, {path: "/?name=caf%C3%A9"}, {path: "/visits"}, {path: "/visits"}, {method: "POST", path: "/upload", file: data}, {path: "/stream"},
			{path: "/file"}, {path: "/file", fields: map[string]string{"Range": "bytes=2-5"}}, {path: "/file", fields: map[string]string{"If-Modified-Since": "Fri, 02 Jan 2026 03:04:05 GMT"}},
			{path: "/memory"}, {path: "/away"}, {path: "/missing"}, {path: "/broken"}, {method: "PUT", path: "/teapot", body: "milk"}, {method: "DELETE", path: "/nothing"},
			{method: "HEAD", path: "/"}, {method: "HEAD", path: "/stream"}, {method: "OPTIONS", path: "/"}, {method: "POST", path: "/"}, {path: "/static/numbers.txt"}, {path: "/no/such/%7epath"},
		}, map[int]string{1: "Hello, caf\u00e9", 3: `"visits":2`, 4: `"size":640000`, 5: "line 999 of /stream"}},
		{"bottle", "bottle", []stride{
			{path: "/?q=1"}, {path: "/"}, {method: "POST", path: "/form", form: url.Values{"name": {"Ada"}}}, {path: "/pieces"}, {path: "/file"}, {method: "HEAD", path: "/file"},
			{path: "/away"}, {path: "/own"}, {path: "/missing"}, {method: "PUT", path: "/"},
		}, map[int]string{1: `"seen": "yes"`, 2: "caf\u00e9 Ada", 3: "piece 1999"}},
		{"pyramid", "pyramid", []stride{
			{path: "/"}, {path: "/"}, {path: "/away"}, {path: "/missing"}, {method: "POST", path: "/data/a/b%20c?q", body: "some text"}, {path: "/file"}, {method: "HEAD", path: "/file"},
			{path: "/file", fields: map[string]string{"If-Modified-Since": "Fri, 02 Jan 2026 03:04:05 GMT"}}, {path: "/elsewhere"},
		}, map[int]string{1: "visit 2 of http"}},
		{"django", "django", []stride{
			{path: "/admin/"}, {path: "/admin/login/?next=/admin/"},
			{method: "POST", path: "/admin/login/?next=/admin/", form: url.Values{"username": {"ada"}, "password": {"wrong"}, "next": {"/admin/"}}},
			{method: "POST", path: "/admin/login/?next=/admin/", form: url.Values{"username": {"ada"}, "password": {"lovelace"}, "next": {"/admin/"}}},
			{path: "/admin/"}, {path: "/admin/shop/item/add/"}, {method: "POST", path: "/admin/shop/item/add/", form: url.Values{"name": {"A teapot"}}},
			{path: "/admin/shop/item/"}, {path: "/admin/shop/item/1/change/"}, {method: "POST", path: "/admin/shop/item/1/change/", form: url.Values{"name": {"Two caf\u00e9s"}}},
			{path: "/admin/shop/item/"}, {path: "/static/admin/css/base.css"}, {method: "HEAD", path: "/static/admin/css/base.css"},
			{path: "/stream"}, {path: "/missing"}, {method: "HEAD", path: "/admin/login/"}, {method: "POST", path: "/admin/login/", fields: map[string]string{"X": "without a token"}, body: "x"},
			{path: "/admin/logout/"},
		}, map[int]string{4: "Site administration", 7: "A teapot", 10: "Two caf\u00e9s", 11: "body {", 13: "row 2999"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			requireModule(t, c.module)
			requireProgram(t, "/usr/bin/gunicorn")
			ours := application(t, c.name) // the path is in the answers, too
			theirs := ours
			if c.name == "django" {
				theirs = application(t, c.name) // it has a database
				for _, dir := range []string{ours, theirs} {
					cmd := exec.Command(debianPython, "prepare.py")
					cmd.Dir = dir
					if out, err := cmd.CombinedOutput(); err != nil {
						t.Fatalf("%v: %s", err, out)
					}
				}
			}
			s := serve(t, "--wsgi", "/="+ours+":app:app", "--wsgi-workers", "2", "--python", debianPython, "--wsgi-env", "PYTHONHASHSEED=0")
			us, them := newVisitor(t, s.addr), newVisitor(t, gunicorn(t, theirs))
			for i, stride := range c.steps {
				got, want := us.visit(stride), them.visit(stride)
				if got != want {
					t.Errorf("%s %s: our answer\n%.3000s\nand that of gunicorn\n%.3000s", stride.method, stride.path, got, want)
				}
				if piece := c.want[i]; !strings.Contains(got, piece) {
					t.Errorf("%s %s: no %q in\n%.3000s", stride.method, stride.path, piece, got)
				}
			}
		})
	}
}
