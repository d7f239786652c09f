//go:build unix

package process

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

// sh returns a program that is a script of the shell.
func sh(script string) Program { return Program{Path: "/bin/sh", Args: []string{"-c", script}} }

func TestProcess_Conform(t *testing.T) {
	for name, program := range map[string]Program{
		"reads and writes": {Path: "cat"},
		"reads nothing":    sh("echo line; exec 0<&-; exec sleep 0.05"),
		"writes only":      sh("while echo line; do :; done 2>/dev/null"),
		"ends at once":     {Path: "true"},
		"holds on":         sh("trap '' TERM; cat; sleep 0.05"),
	} {
		t.Run(name, func(t *testing.T) {
			program.Grace = 100 * time.Millisecond
			about := []axontest.Trait{axontest.RealTime(), axontest.Feed("inbox", []byte("a line\n"), make([]byte, 100_000))}
			if name == "writes only" {
				about = append(about, axontest.Except(axontest.EndsOnFinish, "the program does not look at its input"),
					axontest.Except(axontest.EndsWithoutReceiver, "the program does not look at its input"))
			}
			axontest.Conform(t, func() axon.Component { return New(program) }, about...)
		})
	}
}

// runs runs a program to its end, and returns what it says.
func runs(t *testing.T, program Program, input ...string) (out, errs string, exit *Exit) {
	t.Helper()
	axontest.NoLeak(t)
	p := New(program)
	h := axontest.Run(t, p)
	for _, s := range input {
		if err := axontest.Offer(h, &p.Inbox, []byte(s)); err != nil && !errors.Is(err, axon.ErrGone) {
			t.Fatal(err)
		}
	}
	h.Finish()
	out = string(bytes.Join(axontest.Rest(h, &p.Outbox), nil))
	errs = string(bytes.Join(axontest.Rest(h, &p.Errors), nil))
	all := axontest.Rest(h, &p.Ended)
	if err := h.Wait(); err != nil {
		t.Error(err)
	}
	if len(all) != 1 {
		t.Fatalf("%d exits, want one", len(all))
	}
	return out, errs, all[0]
}

func TestProcess(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		name    string
		program Program
		input   []string
		out     string
		errs    string
		status  int
	}{
		{"through", Program{Path: "cat"}, []string{"a", "", "b\n"}, "ab\n", "", 0},
		{"arguments as they are", Program{Path: "printf", Args: []string{"%s|", "a b", "$HOME", "*", ""}}, nil, "a b|$HOME|*||", "", 0},
		{"no input", sh("cat; echo end"), nil, "end\n", "", 0},
		{"input that nobody reads", sh("exec 0<&-; echo done"), []string{strings.Repeat("x", 1<<20), "y"}, "done\n", "", 0},
		{"some of its input", Program{Path: "head", Args: []string{"-c", "3"}}, []string{strings.Repeat("x", 1<<20), "y"}, "xxx", "", 0},
		{"standard error", sh("echo out; echo err >&2; exit 3"), nil, "out\n", "err\n", 3},
		{"name", Program{Path: "/bin/sh", Name: "me", Args: []string{"-c", "echo $0"}}, nil, "me\n", "", 0},
		{"environment", Program{Path: "env", Env: []string{"A=1", "B=a b"}}, nil, "A=1\nB=a b\n", "", 0},
		{"no environment", Program{Path: "env", Env: []string{}}, nil, "", "", 0},
		{"directory", Program{Path: "pwd", Dir: dir}, nil, dir + "\n", "", 0},
		{"a signal", sh("kill -9 $$"), nil, "", "", -1},
		{"a group of its own", sh("ps -o pgid= -p $$ | tr -d ' ' | grep -qx $$ && echo yes"), nil, "yes\n", "", 0},
		{"not there", Program{Path: "/none/such"}, []string{"a"}, "", "", -1},
		{"no program", Program{Path: dir}, []string{"a"}, "", "", -1},
		{"more output than all boxes hold", sh("head -c 5000000 /dev/zero | tr '\\0' x"), nil, strings.Repeat("x", 5_000_000), "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, errs, exit := runs(t, c.program, c.input...)
			if out != c.out || errs != c.errs {
				t.Errorf("it says %.100q and %.100q, want %.100q and %.100q", out, errs, c.out, c.errs)
			}
			if exit.Status != c.status || exit.Well() != (c.status == 0) {
				t.Errorf("it ended with %d: %v", exit.Status, exit)
			}
		})
	}
}

func TestProcess_Exit(t *testing.T) {
	_, _, exit := runs(t, sh("kill -9 $$"))
	if exit.Signal != syscall.SIGKILL || !strings.Contains(exit.Error(), "killed") {
		t.Errorf("%v", exit)
	}
	_, _, exit = runs(t, sh("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; exec sleep 0.05"))
	if exit.User+exit.System <= 0 || exit.Took < 50*time.Millisecond || exit.Pid <= 0 {
		t.Errorf("%+v", exit)
	}
	_, _, exit = runs(t, Program{Path: "/none/such"})
	if !errors.Is(exit, os.ErrNotExist) || exit.Pid != 0 {
		t.Errorf("%v", exit)
	}
}

// An end that nobody is told of is a failure, unless it was a good one.
func TestProcess_Fails(t *testing.T) {
	for _, c := range []struct {
		program Program
		want    string
	}{
		{sh("exit 0"), ""},
		{sh("exit 3"), "process: /bin/sh ended with status 3"},
		{Program{Path: "/none/such"}, "no such file"},
	} {
		p := New(c.program)
		h := axontest.Run(t, p, axontest.Unlinked(&p.Ended))
		h.Finish()
		err := h.Wait()
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v", c.program, err)
		}
	}
	// A broken pipe is no failure.
	p := New(Program{Path: "yes"})
	h := axontest.Run(t, p, axontest.Unlinked(&p.Ended), axontest.Hold(&p.Outbox))
	axontest.Recv(h, &p.Outbox)
	axontest.Gone(h, &p.Outbox)
	if err := h.Wait(); err != nil {
		t.Error(err)
	}
}

// A Process runs once: what its program has read and written is gone.
func TestProcess_RunsOnce(t *testing.T) {
	p := New(sh("exit 1"))
	h := axontest.Run(t, p, axontest.Unlinked(&p.Ended), axontest.WithPolicy(axon.Policy{Restarts: 1, Window: time.Minute}))
	h.Finish()
	if err := h.Wait(); !errors.Is(err, errAgain) {
		t.Errorf("%v", err)
	}
}

// exists reports whether a process is there that is no zombie.
func exists(t *testing.T, pid string) bool {
	t.Helper()
	n, err := strconv.Atoi(strings.TrimSpace(pid))
	if err != nil {
		t.Fatal(err)
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(n) + "/stat")
	if err != nil {
		return syscall.Kill(n, 0) == nil && !os.IsNotExist(err)
	}
	return !bytes.Contains(stat, []byte(") Z "))
}

// ends reports whether a process that was killed is gone soon.
func ends(t *testing.T, pid string) bool {
	t.Helper()
	for limit := time.Now().Add(10 * time.Second); exists(t, pid); {
		if time.Now().After(limit) {
			return false
		}
	}
	return true
}

// A shutdown ends the whole group, and KILL those that do not heed TERM.
func TestProcess_ShutdownEndsTheGroup(t *testing.T) {
	for name, c := range map[string]struct {
		script string
		least  time.Duration
	}{
		"heeds":                    {"echo $$; sleep 100", 0},
		"a child":                  {"sleep 100 & echo $!; wait", 0},
		"a child that does not":    {"(trap '' TERM; exec sh -c 'echo $$; exec sleep 100') & wait", 200 * time.Millisecond},
		"does not":                 {"trap '' TERM; echo $$; while :; do sleep 0.01; done", 200 * time.Millisecond},
		"writes without end":       {"trap '' TERM; echo $$; while echo x; do :; done", 0},
		"a child without its pipe": {"(exec sleep 100 <&- >/dev/null 2>&1) & echo $!; wait", 0},
	} {
		t.Run(name, func(t *testing.T) {
			axontest.NoLeak(t)
			program := sh(c.script)
			program.Grace = 200 * time.Millisecond
			p := New(program)
			h := axontest.Run(t, p)
			pid := strings.Split(string(axontest.Recv(h, &p.Outbox)), "\n")[0]
			if !exists(t, pid) {
				t.Fatal("it does not run")
			}
			began := time.Now()
			h.Shutdown()
			if err := h.Wait(); err != nil {
				t.Error(err)
			}
			if took := time.Since(began); took < c.least || took > c.least+10*time.Second {
				t.Errorf("it took %v, want %v", took, c.least)
			}
			if !ends(t, pid) {
				t.Error("it is still there")
			}
		})
	}
}

// A job that is left behind and holds the output keeps nobody waiting for ever.
func TestProcess_Lingers(t *testing.T) {
	program := sh("sleep 100 & echo $!")
	program.Linger = 100 * time.Millisecond
	out, _, exit := runs(t, program)
	if !exit.Well() || exit.Took > 10*time.Second {
		t.Errorf("%v after %v", exit, exit.Took)
	}
	if !ends(t, out) {
		t.Error("the job is still there")
	}
	// One that holds no pipe is let be.
	out, _, _ = runs(t, sh("sleep 100 <&- >/dev/null 2>&1 & echo $!"))
	pid, _ := strconv.Atoi(strings.TrimSpace(out))
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Error(err)
	}
}

// What a slow receiver has not taken when the program ends is not lost, however
// long it takes.
func TestProcess_SlowReceiver(t *testing.T) {
	program := sh("head -c 1500000 /dev/zero")
	program.Linger = time.Millisecond
	p := New(program)
	h := axontest.Run(t, p, axontest.Hold(&p.Outbox))
	n := 0
	for {
		b, err := axontest.Next(h, &p.Outbox)
		if err != nil {
			break
		}
		n += len(b)
	}
	if n != 1_500_000 {
		t.Errorf("%d bytes", n)
	}
}

// No descriptor is left.
func TestProcess_Descriptors(t *testing.T) {
	count := func() int {
		list, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Skip("needs /proc")
		}
		return len(list)
	}
	runs(t, sh("true"))
	before := count()
	for range 20 {
		runs(t, sh("cat; echo a; echo b >&2"), "x")
		runs(t, Program{Path: "/none/such"}, "x")
	}
	if after := count(); after > before {
		t.Errorf("%d descriptors, then %d", before, after)
	}
}

// TestProcess_Files: a program gets open files, which are closed here.
func TestProcess_Files(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("from a file"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	program := sh("cat <&3")
	program.Files = []*os.File{f}
	if out, errs, exit := runs(t, program); out != "from a file" {
		t.Errorf("%q %q: %v", out, errs, exit)
	}
	if err := f.Close(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("the file is open: %v", err)
	}
}

// TestProcess_FilesOfNone: the files of a program that is not started are closed, too.
func TestProcess_FilesOfNone(t *testing.T) {
	for name, end := range map[string]func(t *testing.T, p *Process){
		"not run":      func(_ *testing.T, p *Process) { p.Close() },
		"closed twice": func(_ *testing.T, p *Process) { p.Close(); p.Close() },
		"run when closed": func(t *testing.T, p *Process) {
			p.Close()
			h := axontest.Run(t, p)
			if all := axontest.Rest(h, &p.Ended); len(all) != 0 {
				t.Errorf("it has run: %v", all[0])
			}
			if err := h.Wait(); err != nil {
				t.Error(err)
			}
		},
		"shut down at once": func(t *testing.T, p *Process) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			g := &axon.Graph{Parts: axon.Parts{{Name: "PROCESS", Component: p}}, Links: axon.Links{axon.NoInput(&p.Inbox), axon.Discard(&p.Outbox)}}
			if err := g.Run(ctx); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		},
		"closed when it has run": func(t *testing.T, p *Process) {
			h := axontest.Run(t, p)
			h.Finish()
			if all := axontest.Rest(h, &p.Ended); len(all) != 1 || !all[0].Well() {
				t.Errorf("%v", all)
			}
			p.Close()
			if err := h.Wait(); err != nil {
				t.Error(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := os.Open(os.DevNull)
			if err != nil {
				t.Fatal(err)
			}
			program := sh("cat <&3")
			program.Files = []*os.File{f}
			end(t, New(program))
			if err := f.Close(); !errors.Is(err, os.ErrClosed) {
				t.Errorf("the file is open: %v", err)
			}
		})
	}
}

func TestProcess_Limits(t *testing.T) {
	if _, err := os.Stat("/proc/self/limits"); err != nil {
		t.Skip("Linux alone")
	}
	program := sh("ulimit -t; ulimit -v; ulimit -n; ulimit -f")
	program.Limits = Limits{CPU: 1500 * time.Millisecond, Memory: 1 << 30, Files: 20, FileSize: 1 << 20}
	out, _, exit := runs(t, program)
	if want := "2\n1048576\n20\n2048\n"; out != want {
		t.Errorf("%q, want %q: %v", out, want, exit)
	}
	program = Program{Path: "printf", Args: []string{"%s|", "a b", "$HOME", ""}, Limits: Limits{Files: 20, Processes: 1000}}
	if out, errs, _ := runs(t, program); out != "a b|$HOME||" {
		t.Errorf("arguments: %q %q", out, errs)
	}
	program = sh("while :; do :; done")
	program.Limits.CPU = time.Second
	if _, _, exit := runs(t, program); exit.Signal != syscall.SIGXCPU {
		t.Errorf("too much work: %v", exit)
	}
	program = Program{Path: "/none/such", Limits: Limits{Files: 20}}
	if _, _, exit := runs(t, program); !errors.Is(exit, os.ErrNotExist) {
		t.Errorf("not there: %v", exit)
	}
}

func TestProcess_User(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	for user, want := range map[string]string{"nobody": "65534 65534\n", "1234:99": "1234 99\n"} {
		program := sh("echo $(id -u) $(id -g)")
		program.User = user
		if out, errs, _ := runs(t, program); out != want {
			t.Errorf("%s is %q, want %q %s", user, out, want, errs)
		}
	}
	program := sh("true")
	program.User = "nobody-knows"
	if _, _, exit := runs(t, program); exit.Err == nil {
		t.Error("an unknown user is none")
	}
}

func TestProgram_Validate(t *testing.T) {
	for name, program := range map[string]Program{
		"no path": {}, "time": {Path: "a", Grace: -1}, "limit": {Path: "a", Limits: Limits{Memory: -1}},
		"name and limit": {Path: "a", Name: "b", Limits: Limits{Files: 1}},
	} {
		if err := (&axon.Graph{Parts: axon.Parts{{Name: "P", Component: New(program)}}}).Build(); err == nil {
			t.Errorf("%s: no mistake", name)
		}
	}
}
