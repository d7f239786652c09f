//go:build unix

package test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// documents are the pages whose code must compile and whose commands must run,
// as patterns of path.Match.
var documents = []string{
	"README.md", "ARCHITECTURE.md", "axon/README.md", "axon/*/README.md", "components/README.md", "components/GUIDE.md",
	"components/*/README.md", "pipelines/README.md", "pipelines/*/README.md", "examples/README.md", "examples/*/README.md", "test/README.md",
}

// A block is fenced code in a document.
type block struct {
	file     string
	line     int // of its first line
	language string
	text     string
}

func (b *block) name() string { return fmt.Sprintf("%s:%d", b.file, b.line) }

// blocks gives the fenced code of a language in all documents.
func blocks(t testing.TB, language string) (found []*block) {
	t.Helper()
	for _, pattern := range documents {
		for _, file := range repoFiles(t, pattern) {
			var open *block
			for i, line := range strings.Split(string(readRepoFile(t, file)), "\n") {
				info, fence := strings.CutPrefix(strings.TrimSpace(line), "```")
				switch {
				case fence && open == nil:
					open = &block{file: file, line: i + 2, language: info}
				case fence:
					if open.language == language {
						found = append(found, open)
					}
					open = nil
				case open != nil:
					open.text += line + "\n"
				}
			}
			if open != nil {
				t.Errorf("%s: code that does not end", open.name())
			}
		}
	}
	return found
}

// TestDocumentedCode holds that Go code in a document is real: a file with a
// package clause compiles, and a fragment stands in some Go file of the
// repository, whatever its white space. A line of "..." leaves something out.
func TestDocumentedCode(t *testing.T) {
	t.Parallel()
	if len(repoFiles(t, "README.md")) == 0 {
		t.Error("there is no README.md")
	}
	packageClause := regexp.MustCompile(`(?m)^package \w+$`)
	var normal []string
	for _, name := range repoFiles(t, "") {
		if path.Ext(name) == ".go" {
			normal = append(normal, normalSpace(string(readRepoFile(t, name))))
		}
	}
	for _, b := range blocks(t, "go") {
		t.Run(b.name(), func(t *testing.T) {
			if packageClause.MatchString(b.text) {
				b.compile(t)
				return
			}
			pieces := regexp.MustCompile(`(?m)^\s*(//\s*)?(\.\.\.|…)\s*$`).Split(b.text, -1)
			if !slices.ContainsFunc(normal, func(source string) bool { return containsInOrder(source, pieces) }) {
				t.Errorf("this code is in no Go file of the repository:\n%s", b.text)
			}
		})
	}
}

func normalSpace(s string) string { return strings.Join(strings.Fields(s), " ") }

// containsInOrder says whether the pieces stand in a text, one after the other.
func containsInOrder(text string, pieces []string) bool {
	for _, piece := range pieces {
		_, rest, ok := strings.Cut(text, normalSpace(piece))
		if !ok {
			return false
		}
		text = rest
	}
	return true
}

// compile vets a block as a package inside the module, without a file there.
func (b *block) compile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	source, overlay := filepath.Join(dir, "main.go"), filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(source, []byte(b.text), 0o644); err != nil {
		t.Fatal(err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	folder := "documented_" + regexp.MustCompile(`\W`).ReplaceAllString(b.name(), "_")
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(here, folder, "main.go"): source}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(overlay, replace, 0o644); err != nil {
		t.Fatal(err)
	}
	build := exec.Command("go", "build", "-overlay", overlay, "-o", filepath.Join(dir, "out"), "./"+folder)
	build.Env = append(os.Environ(), withoutC)
	if out, err := build.CombinedOutput(); err != nil {
		t.Errorf("this code does not compile: %v\n%s\n%s", err, out, b.text)
	}
}

// A console runs the commands of a document as a reader would, one after the
// other, with the programs of this checkout and on free ports.
type console struct {
	bin    string  // a folder with the programs, first in PATH
	server *server // the last one started
}

// commandShapes are the commands that documents may show. What fits none of them
// is a mistake, so that none goes untested unnoticed.
var commandShapes = []struct {
	shape *regexp.Regexp
	run   func(*console, *testing.T, string) (printed string, fixed bool) // fixed: what is shown must be printed
}{
	{regexp.MustCompile(`^kamaelia serve\b`), (*console).serve},
	{regexp.MustCompile(`^(kamaelia|go doc|cat|ls) `), (*console).shell},
	{regexp.MustCompile(`^(curl|printf .*\| *nc) `), (*console).client},
	{regexp.MustCompile(`^go run \./examples/[a-z]+`), (*console).example},
	{regexp.MustCompile(`^go test `), (*console).goTest},
	{regexp.MustCompile(`^((FUZZTIME=\S+ )?test/run|go install|git clone|cd )\b`), (*console).leave},
}

// TestDocumentedCommands runs what documents show behind a "$ ".
func TestDocumentedCommands(t *testing.T) {
	t.Parallel()
	byFile := map[string][]*block{}
	for _, b := range blocks(t, "console") {
		byFile[b.file] = append(byFile[b.file], b)
	}
	for _, b := range append(blocks(t, "sh"), blocks(t, "bash")...) {
		t.Errorf("%s: show commands as \"console\", behind a \"$ \", so that they are tested", b.name())
	}
	for file, list := range byFile {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			c := &console{bin: filepath.Dir(program)}
			for _, b := range list {
				c.play(t, b)
			}
		})
	}
}

// goRun matches the ways to name the program before it is installed.
var goRun = regexp.MustCompile(`^go run (\./cmd/kamaelia|` + regexp.QuoteMeta(module) + `/cmd/kamaelia(@\S+)?)`)

// play runs a block's commands and compares what they print.
func (c *console) play(t *testing.T, b *block) {
	t.Helper()
	if !strings.HasPrefix(b.text, "$ ") {
		t.Errorf("%s: does not start with a command behind \"$ \"", b.name())
	}
	for _, part := range strings.Split("\n"+b.text, "\n$ ")[1:] {
		command, want, _ := strings.Cut(strings.ReplaceAll(part, "\\\n", " "), "\n")
		command, _, _ = strings.Cut(command, "  #") // a remark
		command = goRun.ReplaceAllString(strings.TrimSpace(command), "kamaelia")
		known := false
		for _, s := range commandShapes {
			if known = s.shape.MatchString(command); known {
				if printed, fixed := s.run(c, t, command); fixed {
					checkOutput(t, b.name()+": $ "+command, printed, want)
				}
				break
			}
		}
		if !known {
			t.Errorf("%s: the test does not know how to run %q", b.name(), command)
		}
	}
}

// checkOutput wants each line shown in a document among those printed, in their
// order. "..." in a line stands for anything, and ports do not count.
func checkOutput(t *testing.T, what, printed, shown string) {
	t.Helper()
	port := regexp.MustCompile(`(localhost|127\.0\.0\.1):\d+`)
	clean := func(s string) string { return normalSpace(port.ReplaceAllString(s, "127.0.0.1:PORT")) }
	rest := strings.Split(printed, "\n")
	for line := range strings.Lines(shown) {
		pattern := regexp.QuoteMeta(clean(line))
		pattern = strings.ReplaceAll(strings.ReplaceAll(pattern, `\.\.\.`, ".*"), "…", ".*")
		re := regexp.MustCompile("^" + pattern + "$")
		i := slices.IndexFunc(rest, func(l string) bool { return re.MatchString(clean(l)) })
		if i < 0 {
			t.Errorf("%s does not print %q, or not there, but:\n%.3000s", what, strings.TrimSpace(line), printed)
			return
		}
		rest = rest[i+1:]
	}
}

// command prepares a command of a document.
func (c *console) command(ctx context.Context, line string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "sh", "-c", line)
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(), "PATH="+c.bin+string(os.PathListSeparator)+os.Getenv("PATH"), withoutC)
	return cmd
}

// shell runs a command to its end.
func (c *console) shell(t *testing.T, line string) (string, bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	var stderr strings.Builder
	cmd := c.command(ctx, line)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Errorf("$ %s: %v\n%s%s", line, err, out, stderr.String())
	}
	return string(out), true
}

// serve starts a server, on a port of its own, and leaves it to the commands
// after it. Its log is not compared: it looks different on a terminal.
func (c *console) serve(t *testing.T, line string) (string, bool) {
	t.Helper()
	line = strings.TrimSpace(strings.TrimSuffix(line, "&"))
	for _, m := range regexp.MustCompile(`=(/usr/\S+)`).FindAllStringSubmatch(line, -1) {
		requireProgram(t, m[1])
	}
	if strings.Contains(line, "--wsgi") {
		requireProgram(t, "python3")
	}
	line = regexp.MustCompile(` --listen[ =]\S+`).ReplaceAllString(line, "") + " --listen 127.0.0.1:0"
	c.start(t, line)
	return "", false
}

func (c *console) start(t *testing.T, line string) {
	t.Helper()
	c.server = startServer(t, c.command(context.Background(), "exec "+line))
	mustSpeak(t, c.server)
}

// client runs a command that talks to the last server.
func (c *console) client(t *testing.T, line string) (string, bool) {
	t.Helper()
	for _, name := range []string{"curl", "nc"} {
		if regexp.MustCompile(`(^|\| *)` + name + ` `).MatchString(line) {
			requireProgram(t, name)
		}
	}
	if c.server == nil {
		t.Errorf("$ %s: no server was started before", line)
		return "", false
	}
	host, port, _ := strings.Cut(c.server.addr, ":")
	line = regexp.MustCompile(`(localhost|127\.0\.0\.1):\d+`).ReplaceAllString(line, c.server.addr)
	line = regexp.MustCompile(`(localhost|127\.0\.0\.1) \d+`).ReplaceAllString(line, host+" "+port)
	return c.shell(t, line)
}

// example runs an example: to its end, or, if it is a server, on a free port, until
// it has spoken.
func (c *console) example(t *testing.T, line string) (string, bool) {
	t.Helper()
	words := strings.Fields(line)
	binary := filepath.Join(t.TempDir(), path.Base(words[2]))
	c.shell(t, "go build -o "+binary+" "+words[2])
	source, _ := c.shell(t, "cat "+words[2]+"/*.go")
	args := strings.Join(words[3:], " ")
	if strings.Contains(source, "pipelines.") {
		c.start(t, binary+" -listen 127.0.0.1:0 "+args)
		return "", false
	}
	return c.shell(t, binary+" "+args)
}

// mustSpeak wants any answer in HTTP from a server.
func mustSpeak(t *testing.T, s *server) {
	t.Helper()
	w := dial(t, s.addr)
	defer w.Close()
	w.send("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n", 0)
	if line, err := bufio.NewReader(w.Conn).ReadString('\n'); err != nil || !strings.HasPrefix(line, "HTTP/1.1 ") {
		t.Errorf("%s answers %q, %v", s.addr, line, err)
	}
}

// goTest shows that the packages of a "go test" have what it would run, without
// running it: this very test is among them.
func (c *console) goTest(t *testing.T, line string) (string, bool) {
	t.Helper()
	pattern, folders := ".", "*"
	for _, word := range strings.Fields(line)[2:] {
		if p, ok := strings.CutPrefix(word, "-bench="); ok {
			pattern = strings.Trim(p, `'"`)
		}
		if folder, ok := strings.CutPrefix(word, "./"); ok && folder != "..." {
			folders = folder
		}
	}
	functions := regexp.MustCompile(`(?m)^func ((?:Test|Benchmark|Fuzz|Example)\w*)\(`)
	if !slices.ContainsFunc(repoFiles(t, folders+"/*_test.go"), func(name string) bool {
		return slices.ContainsFunc(functions.FindAllSubmatch(readRepoFile(t, name), -1), func(f [][]byte) bool {
			return regexp.MustCompile(pattern).Match(f[1])
		})
	}) {
		t.Errorf("$ %s: there is nothing to run", line)
	}
	return "", false
}

// leave leaves a command alone: it needs the network, or is what runs this test.
func (c *console) leave(t *testing.T, line string) (string, bool) {
	t.Helper()
	t.Logf("not run here: $ %s", line)
	if strings.Contains(line, "test/run") {
		if info, err := os.Stat("run"); err != nil || info.Mode()&0o111 == 0 {
			t.Errorf("test/run is no program: %v", err)
		}
	}
	return "", false
}
