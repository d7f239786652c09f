//go:build unix

package test

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A peer is another server that runs the same scripts, so that what we expect of a
// CGI is not what we alone have made of it.
type peer struct {
	name    string
	program string
	config  func(p *peering) string
	args    func(config string) []string
}

// A peering is where a peer finds things.
type peering struct {
	dir, root, cgi string
	port           int
}

var peers = []peer{
	{"lighttpd", "lighttpd", func(p *peering) string {
		return fmt.Sprintf(`
server.modules = ("mod_alias", "mod_cgi")
server.document-root = %q
server.bind = "127.0.0.1"
server.port = %d
server.errorlog = %q
mimetype.assign = (".txt" => "text/plain", "" => "application/octet-stream")
alias.url = ("/cgi/" => "%s/")
$HTTP["url"] =~ "^/cgi/" {
	cgi.assign = ("" => "")
	cgi.execute-x-only = "enable"
	cgi.local-redir = "enable"
	index-file.names = ("index.cgi")
}
`, p.root, p.port, p.dir+"/lighttpd.log", p.cgi)
	}, func(config string) []string { return []string{"-D", "-f", config} }},
	{"Apache", "apache2", func(p *peering) string {
		return fmt.Sprintf(`
ServerRoot %[1]q
ServerName localhost
PidFile %[1]s/apache.pid
Listen 127.0.0.1:%[2]d
LoadModule mpm_prefork_module /usr/lib/apache2/modules/mod_mpm_prefork.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule alias_module /usr/lib/apache2/modules/mod_alias.so
LoadModule dir_module /usr/lib/apache2/modules/mod_dir.so
LoadModule mime_module /usr/lib/apache2/modules/mod_mime.so
LoadModule cgi_module /usr/lib/apache2/modules/mod_cgi.so
TypesConfig /etc/mime.types
ErrorLog %[1]s/apache.log
StartServers 8
MinSpareServers 4
DocumentRoot %[3]q
ScriptAlias /cgi/ %[4]q
<Directory />
Require all granted
DirectoryIndex index.cgi
Options +ExecCGI
</Directory>
`, p.dir, p.port, p.root, p.cgi+"/")
	}, func(config string) []string { return []string{"-DFOREGROUND", "-f", config} }},
}

// start starts the peer on a free port, and ends it with the test. Somebody else
// may take the port in between: then it is another.
func (p *peer) start(t *testing.T, root, cgi string) place {
	t.Helper()
	path := requireProgram(t, p.program)
	for range 5 {
		free, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		at := &peering{dir: t.TempDir(), root: root, cgi: cgi, port: free.Addr().(*net.TCPAddr).Port}
		free.Close()
		if err := os.Chmod(filepath.Dir(at.dir), 0o755); err != nil { // root's Apache works as another
			t.Fatal(err)
		}
		file := filepath.Join(at.dir, "config")
		if err := os.WriteFile(file, []byte(p.config(at)), 0o644); err != nil {
			t.Fatal(err)
		}
		var said bytes.Buffer
		cmd := exec.Command(path, p.args(file)...)
		cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &said, &said, time.Second
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() { _ = cmd.Wait(); close(ended) }()
		stop := func() {
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
			select {
			case <-ended:
			case <-time.After(10 * time.Second):
			}
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
			<-ended
		}
		addr := fmt.Sprint("127.0.0.1:", at.port)
		if answers(addr, ended) {
			t.Cleanup(stop)
			return place{name: p.name, addr: addr}
		}
		stop()
		t.Logf("%s does not start: %s", p.name, said.String())
	}
	t.Fatalf("%s does not start", p.name)
	return place{}
}

// answers waits until a server takes connections. It reports false if it ends.
func answers(addr string, ended <-chan struct{}) bool {
	for limit := time.Now().Add(20 * time.Second); time.Now().Before(limit); {
		if conn, err := net.Dial("tcp", addr); err == nil {
			conn.Close()
			return true
		}
		select {
		case <-ended:
			return false
		case <-time.After(10 * time.Millisecond): // between two looks
		}
	}
	return false
}

// differences returns the table of rfc3875/README.md: for each server, what it does
// with the clauses that it keeps differently.
func differences(t *testing.T) map[string]map[string]string {
	t.Helper()
	text, err := os.ReadFile("rfc3875/README.md")
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]map[string]string{"lighttpd": {}, "Apache": {}}
	row := regexp.MustCompile("^\\| `([0-9][a-z0-9.-]*)` \\| ([^|]*) \\| ([^|]*) \\| ([^|]+) \\|$")
	for line := range strings.Lines(string(text)) {
		m := row.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		if m == nil {
			continue
		}
		for i, name := range []string{"lighttpd", "Apache"} {
			if m[2+i] != "same" {
				told[name][m[1]] = m[2+i]
			}
		}
		if strings.TrimSpace(m[4]) == "" {
			t.Errorf("%s: the table gives no reason", m[1])
		}
	}
	return told
}

// TestPeers plays the clauses of RFC 3875 with lighttpd and Apache, which run the
// same scripts. Where they do otherwise than we do, rfc3875/README.md says why; and
// nothing else may be there.
func TestPeers(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("rfc3875/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no clauses found: %v", err)
	}
	told := differences(t)
	for _, p := range peers {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			at := p.start(t, site(t), programs(t))
			t.Run("all", func(t *testing.T) { // which has ended when the server is stopped
				for _, file := range files {
					name := strings.TrimSuffix(filepath.Base(file), ".txtar")
					t.Run(name, func(t *testing.T) {
						t.Parallel()
						at.differs(t, file, told[p.name][name])
					})
				}
			})
		})
	}
	for name, rows := range told {
		for row := range rows {
			if _, err := os.Stat("rfc3875/" + row + ".txtar"); err != nil {
				t.Errorf("%s: the table has %s, which is no clause", name, row)
			}
		}
	}
}

// differs plays a clause, and compares whether it was kept with what the table
// says of it, "" if nothing.
func (p place) differs(t *testing.T, file, told string) {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c, err := parseClause(file, data)
	if err != nil {
		t.Fatal(err)
	}
	if c.skip != "" {
		t.Skip(c.skip)
	}
	said, w := &strings.Builder{}, p.dial(t)
	faults := c.perform(t, p, w, false, said)
	switch {
	case len(faults) > 0 && told == "":
		t.Errorf("the table does not tell of this difference:\n%s\n%s\nsent:\n%s\nreceived:\n%s", strings.Join(faults, "\n"), c.comment,
			quoteLines(said.String()), quoteLines(w.seen.String()))
	case len(faults) == 0 && told != "" && !strings.HasPrefix(told, "at times"):
		t.Error("the table tells of a difference that is none")
	}
}
