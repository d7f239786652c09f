package process

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// A Program says what is run, and how. Its zero value lacks a Path alone.
type Program struct {
	// Path is the program: a path, or a name that is looked for in this process's
	// PATH. It is required.
	Path string

	// Args are the arguments, without the program's name.
	Args []string

	// Name is what the program is told that its name is, its argument 0; "" means
	// Path.
	Name string

	// Env is the whole environment, as KEY=VALUE. Nil means this process's own, and
	// an empty list none.
	Env []string

	// NoInput says that the program gets no input: it reads the null device. What
	// comes by the Inbox of its Process is thrown away.
	NoInput bool

	// Dir is the working directory; "" means this process's own.
	Dir string

	// Files are open files that the program gets as its descriptors 3, 4 and so on.
	// They belong to the Process, which closes its own ones when the program has
	// started, or could not be; if it is not run, Process.Close does. Unix alone.
	Files []*os.File

	// User runs the program as another user, and with that user's groups: a name,
	// or numbers as "UID" or "UID:GID". It needs the right to do so. Unix alone.
	User string

	// Root is the root directory that the program sees (chroot); Path and Dir are
	// within it then. It needs the right to do so. Unix alone.
	Root string

	// Limits bound what the program and its children may use. They are set by
	// /bin/sh before it becomes the program, so that is to be there, in Root. Unix
	// alone.
	Limits Limits

	// Grace is how long the program may take to end after it was told to, by TERM,
	// before it is ended by KILL; 0 means 2 seconds.
	Grace time.Duration

	// Linger is how long it is waited for more output once the program has ended
	// and others, such as a job in the background, hold its output open; 0 means 2
	// seconds. Then these are ended as well. What was written is read in any case.
	Linger time.Duration
}

// Limits bound what a program may use; 0 means that this process's own limit
// holds. None can be more than that.
type Limits struct {
	CPU       time.Duration // of processor time, for each process; whole seconds
	Memory    int64         // bytes of address space, for each process
	Files     int64         // open files, for each process
	FileSize  int64         // bytes that a file may grow to
	Processes int64         // of its user, in all
}

var errNoPath = errors.New("process: a Program needs a Path")

// Validate reports what is wrong with a Program.
func (p *Program) Validate() error {
	l := p.Limits
	switch {
	case p.Path == "":
		return errNoPath
	case p.Grace < 0 || p.Linger < 0:
		return fmt.Errorf("process: %s: a negative time", p.Path)
	case p.Name != "" && l != (Limits{}):
		return fmt.Errorf("process: %s: a Name does not go with Limits", p.Path)
	case l.CPU < 0 || min(l.Memory, l.Files, l.FileSize, l.Processes) < 0:
		return fmt.Errorf("process: %s: a negative limit", p.Path)
	}
	return nil
}

func (p *Program) grace() time.Duration  { return cmp.Or(p.Grace, 2*time.Second) }
func (p *Program) linger() time.Duration { return cmp.Or(p.Linger, 2*time.Second) }

// command returns the program as it is to be started.
func (p *Program) command() (*exec.Cmd, error) {
	cmd := exec.Command(p.Path, p.Args...)
	if p.Root != "" { // it is not looked for out here
		cmd.Path, cmd.Err = p.Path, nil
	}
	if p.Limits != (Limits{}) {
		if _, err := exec.LookPath(p.Path); err != nil && p.Root == "" {
			return nil, err
		}
		cmd = exec.Command("/bin/sh", append([]string{"-c", p.Limits.script(), cmd.Path}, p.Args...)...)
	} else {
		cmd.Args[0] = cmp.Or(p.Name, p.Path)
	}
	cmd.Env, cmd.Dir, cmd.ExtraFiles = p.Env, p.Dir, p.Files
	return cmd, p.attributes(cmd)
}

func (p *Program) closeFiles() {
	for _, f := range p.Files {
		_ = f.Close()
	}
}

// script is what a shell does before it becomes the program.
func (l *Limits) script() string {
	var sb strings.Builder
	set := func(format string, most int64) {
		if most > 0 {
			fmt.Fprintf(&sb, format+" || exit 126\n", most)
		}
	}
	seconds := int64((l.CPU + time.Second - 1) / time.Second)
	set("ulimit -S -t %d", seconds) // XCPU comes first,
	if seconds > 0 {
		set("ulimit -H -t %d", seconds+1) // and then KILL
	}
	set("ulimit -v %d", (l.Memory+1023)/1024)
	set("ulimit -n %d", l.Files)
	set("ulimit -f %d", (l.FileSize+511)/512)
	set("ulimit -p %[1]d 2>/dev/null || ulimit -u %[1]d", l.Processes) // shells differ
	sb.WriteString(`exec "$0" "$@"`)
	return sb.String()
}

// pipes are our ends of the three pipes between a program and its parts.
type pipes struct {
	stdin          *os.File // nil without input
	stdout, stderr *os.File
}

// close closes them all. Of one that is nil, or closed, that is an error.
func (p *pipes) close() {
	for _, f := range []*os.File{p.stdin, p.stdout, p.stderr} {
		_ = f.Close()
	}
}
