//go:build unix

package test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	catalogue "github.com/kamaelia-go/kamaelia/components"
)

// doc runs "kamaelia doc" where there is no source.
func doc(t *testing.T, args ...string) result {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, append([]string{"doc"}, args...)...)
	cmd.Dir, cmd.Env = t.TempDir(), []string{"HOME=" + t.TempDir(), "GORACE=" + os.Getenv("GORACE")}
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return result{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// TestDocPrintsBoxes shows that a component is found by each of its names, and printed with
// its drawing and its boxes.
func TestDocPrintsBoxes(t *testing.T) {
	t.Parallel()
	want := []string{
		"fileio.Writer\n", "[ Writer ] ─▶ file", "\n  inbox   inbox   []byte            what is written\n",
		"\n  outbox  outbox  []byte, optional  the same, for the next in line: Kamaelia's forwarder\n",
		"control", "components/fileio/writer.go",
	}
	for _, name := range []string{"fileio.Writer", "FILEIO.writer", "fileio/Writer", "SimpleFileWriter", "Append"} {
		got := doc(t, name)
		for _, part := range want {
			if got.status != 0 || got.stderr != "" || !strings.Contains(got.stdout, part) {
				t.Errorf("kamaelia doc %s: exit status %d, no %q in:\n%s%s", name, got.status, part, got.stdout, got.stderr)
			}
		}
	}
	for name, part := range map[string]string{
		"Fanout":           "outboxes[...]",                              // of a graph's own names
		"Filter":           "flow.Filter[T any]",                         // found by its short name
		"files.Reader":     "*http1.Failure",                             // a box of what it embeds
		"chassis.Playlist": "JoinChooserToCarousel",                      // what returns it
		"With":             "func chassis.With[In, Out any](item axon.C", // a function
	} {
		if got := doc(t, name); !strings.Contains(got.stdout, part) {
			t.Errorf("kamaelia doc %s: no %q in:\n%s%s", name, part, got.stdout, got.stderr)
		}
	}
}

// TestDocListsAll shows that without a name each component has a line.
func TestDocListsAll(t *testing.T) {
	t.Parallel()
	got := doc(t)
	all, err := catalogue.Catalogue()
	if err != nil || len(all) < 90 {
		t.Fatalf("%d components, %v", len(all), err)
	}
	lines := strings.Split(strings.TrimSuffix(got.stdout, "\n"), "\n")
	if got.status != 0 || len(lines) != len(all) {
		t.Fatalf("exit status %d, %d lines for %d components", got.status, len(lines), len(all))
	}
	for i, e := range all {
		if name, about, _ := strings.Cut(lines[i], " "); name != e.Name || strings.TrimSpace(about) != e.Brief {
			t.Errorf("line %q for %s", lines[i], e.Name)
		}
	}
}

// TestDocByOtherNames shows that a component is found by what makes it, and by its name in
// Kamaelia.
func TestDocByOtherNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"TTL": "chassis.Bounded", "flow.transform": "flow.PureTransformer", "UidTagger": "tags.UIDTagger", "SimpleFileWriter": "fileio.Writer",
	} {
		if got := doc(t, name); got.status != 0 || !strings.HasPrefix(got.stdout, want) {
			t.Errorf("kamaelia doc %s: exit status %d, want %s, got:\n%.200s%s", name, got.status, want, got.stdout, got.stderr)
		}
	}
}

// TestDocWrongName shows that a name that fits none or several is answered with those that
// were perhaps meant, in one line.
func TestDocWrongName(t *testing.T) {
	t.Parallel()
	for name, says := range map[string]string{
		"Wrtier":      "did you mean fileio.Writer, http1.Writer",
		"fileio.Wrte": "did you mean fileio.Writer?",
		"Writer":      "fits several components: fileio.Writer, http1.Writer",
		"Timer":       "fits several components: timer.PeriodicTick, timer.SingleTick",
		"timer":       "fits several components: timer.PeriodicTick, timer.SingleTick",
		"zzzzzzzz":    "no component \"zzzzzzzz\" (kamaelia doc lists all)",
		"lorry.Load":  "no component",
		"é":           "no component",
	} {
		got := doc(t, name)
		if got.status != 2 || got.stdout != "" || strings.Count(got.stderr, "\n") != 1 || !strings.Contains(got.stderr, says) {
			t.Errorf("kamaelia doc %s: exit status %d, want 2 and %q, got:\n%s%s", name, got.status, says, got.stdout, got.stderr)
		}
	}
	if got := doc(t, "a", "b"); got.status != 2 {
		t.Errorf("two names: exit status %d", got.status)
	}
}

// TestDocLinksLead holds that the files of the catalogue are there.
func TestDocLinksLead(t *testing.T) {
	t.Parallel()
	all, err := catalogue.Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		if _, err := os.Stat("../components/" + e.File); err != nil {
			t.Error(err)
		}
	}
}
