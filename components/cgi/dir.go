package cgi

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/kamaelia-go/kamaelia/components/process"
)

// Dir is a directory of scripts, and how they run. Its fields are options, to be
// set before Open; then it is not changed, and any number of Handlers share it.
type Dir struct {
	// Path is the directory; or a single script, that answers all that is below
	// its prefix.
	Path string

	// Interpreters run files by their extension: ".py" by "/usr/bin/python3". A
	// file with another extension is run itself, if it may be.
	Interpreters map[string]string

	// Index are the scripts that stand for a directory, in order; nil means
	// index.cgi, and index with each extension of Interpreters.
	Index []string

	// Documents is the directory of the site, which PATH_TRANSLATED and
	// DOCUMENT_ROOT tell of; "" means that of the scripts.
	Documents string

	// Env are more variables, as KEY=VALUE. Of the server's own environment the
	// scripts see those alone that Pass names, and PATH.
	Env []string

	// Pass names variables of the server's own environment for the scripts to see.
	Pass []string

	// Authorization says to pass that field on, with the password that is in it.
	Authorization bool

	// Arguments says to pass a query without a "=" as arguments (RFC 3875 section
	// 4.4). Interpreters may take them for options, so it is asked for.
	Arguments bool

	// RefuseChunked refuses bodies without a length with 411. Otherwise they are
	// gathered first, since a script has to be told the length: up to Memory bytes
	// in memory, and the rest in a temporary file.
	RefuseChunked bool
	Memory        int   // 0 means 64 KiB
	Largest       int64 // bytes that are gathered at most, else 413; 0 means 1 GiB

	// Software is what SERVER_SOFTWARE says; "" means kamaelia.
	Software string

	// User and Root run the scripts as another user, or in another root: see
	// process.Program. They are looked for outside of it.
	User, Root string

	// Resources bound what a script may use of the machine.
	Resources process.Limits

	// Times and sizes, each with a default.
	Limits Limits

	// Gate bounds how many scripts run at once. Dirs may share one; nil means a
	// Gate of its own.
	Gate *Gate

	file string   // of a Dir that is a single script
	root *os.Root // of one that is a directory
	base []string // the environment that all scripts have
	docs string   // Documents, as an absolute path
}

// Limits bound what a script may do. A negative time means no limit.
type Limits struct {
	// First is how long it may take until it says something; it counts anew while
	// the request's body comes. Then it is 504. Default 60 s.
	First time.Duration

	// Idle is how long it may be silent in the middle of its answer. Default 60 s.
	Idle time.Duration

	// Run is how long it may run in all. Default: no limit.
	Run time.Duration

	// Grace is how long it may take to end when it is told to, by TERM, before it
	// is ended by KILL. Default 500 ms.
	Grace time.Duration

	// Head is the largest head of an answer, in bytes. A larger one is 502.
	// Default 32 KiB.
	Head int

	// Output is how much it may say in all, in bytes. Default: no limit.
	Output int64
}

func (l *Limits) first() time.Duration { return cmp.Or(l.First, time.Minute) }
func (l *Limits) idle() time.Duration  { return cmp.Or(l.Idle, time.Minute) }
func (l *Limits) grace() time.Duration { return cmp.Or(l.Grace, 500*time.Millisecond) }
func (l *Limits) head() int            { return cmp.Or(l.Head, 32<<10) }

// Validate reports what is wrong with the options.
func (d *Dir) Validate() error {
	var errs []error
	for ext, interpreter := range d.Interpreters {
		if len(ext) < 2 || ext[0] != '.' || strings.ContainsAny(ext, "/\\") || interpreter == "" {
			errs = append(errs, fmt.Errorf("cgi: interpreter %q=%q: want .EXT and a program", ext, interpreter))
		}
	}
	for _, kv := range d.Env {
		if i := strings.IndexByte(kv, '='); i < 1 || strings.ContainsRune(kv, 0) {
			errs = append(errs, fmt.Errorf("cgi: variable %q: want KEY=VALUE", kv))
		}
	}
	for _, name := range d.Index {
		if name == "" || strings.ContainsAny(name, "/\\") {
			errs = append(errs, fmt.Errorf("cgi: index %q is not a name", name))
		}
	}
	l := &d.Limits
	if d.Path == "" {
		errs = append(errs, errors.New("cgi: a Dir needs a Path"))
	}
	if min(int64(l.Head), l.Output, int64(d.Memory), d.Largest) < 0 || l.Grace < 0 || l.Run < 0 {
		errs = append(errs, errors.New("cgi: a negative limit"))
	}
	return errors.Join(append(errs, d.Gate.validate())...)
}

// Open makes the Dir ready for use.
func (d *Dir) Open() error {
	if err := d.Validate(); err != nil {
		return err
	}
	path, err := filepath.Abs(d.Path)
	if err != nil {
		return fmt.Errorf("cgi: %w", err)
	}
	d.Path = path
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return fmt.Errorf("cgi: %w", err)
	case info.Mode().IsRegular():
		d.file, d.docs = path, filepath.Dir(path)
	case !info.IsDir():
		return fmt.Errorf("cgi: %s is neither a directory nor a script", path)
	default:
		if d.root, err = os.OpenRoot(path); err != nil {
			return fmt.Errorf("cgi: %w", err)
		}
		d.docs = path
	}
	if d.Documents != "" {
		if d.docs, err = filepath.Abs(d.Documents); err != nil {
			return fmt.Errorf("cgi: %w", err)
		}
	}
	if d.Gate == nil {
		d.Gate = &Gate{}
	}
	d.base = d.environment(os.LookupEnv)
	return nil
}

// Close closes the directory. No Handler uses it then.
func (d *Dir) Close() error {
	if d.root == nil {
		return nil
	}
	return d.root.Close()
}
