package cgi

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/kamaelia-go/kamaelia/components/gateway"
	"github.com/kamaelia-go/kamaelia/components/process"
)

// Dir is a directory of scripts, and how they run. Its fields are options, to be
// set before Open; then it is not changed, and any number of Handlers share it.
type Dir struct {
	// Path is the directory; or a single script, that answers all that is below
	// its prefix.
	Path string

	// Interpreters run files by their extension: ".py" by "/usr/bin/python3". A name
	// without a slash is looked for in the PATH. A file with another extension is run
	// itself, if it may be.
	Interpreters map[string]string

	// Index are the scripts that stand for a directory, in order; nil means
	// index.cgi, and index with each extension of Interpreters.
	Index []string

	// Documents is the directory of the site, which PATH_TRANSLATED and
	// DOCUMENT_ROOT tell of; "" means that of the scripts.
	Documents string

	// Pass names variables of the server's own environment for the scripts to see.
	Pass []string

	// Arguments says to pass a query without a "=" as arguments (RFC 3875 section
	// 4.4). Interpreters may take them for options, so it is asked for.
	Arguments bool

	// Variables are what scripts are told; Bodies, how they are told of a body's
	// length.
	gateway.Variables
	gateway.Bodies

	// User and Root run the scripts as another user, or in another root: see
	// process.Program. They are looked for outside of it.
	User, Root string

	// Resources bound what a script may use of the machine.
	Resources process.Limits

	// Limits are times and sizes, each with a default.
	Limits gateway.Limits

	// Grace is how long a script may take to end when it is told to, by TERM,
	// before it is ended by KILL. 0 means 500 ms, and a negative number no time.
	Grace time.Duration

	// Gate bounds how many scripts run at once. Dirs may share one; nil means a
	// Gate of its own.
	Gate *gateway.Gate

	file string   // of a Dir that is a single script
	root *os.Root // of one that is a directory
	base []string // the environment that all scripts have
	docs string   // Documents, as an absolute path
}

const defaultGrace = 500 * time.Millisecond

func (d *Dir) grace() time.Duration  { return max(cmp.Or(d.Grace, defaultGrace), 1) }
func (d *Dir) linger() time.Duration { return cmp.Or(max(d.Grace, 0), defaultGrace) }

// Validate reports what is wrong with the options.
func (d *Dir) Validate() error {
	var errs []error
	for ext, interpreter := range d.Interpreters {
		if len(ext) < 2 || ext[0] != '.' || strings.ContainsAny(ext, "/\\") || interpreter == "" {
			errs = append(errs, fmt.Errorf("cgi: interpreter %q=%q: want .EXT and a program", ext, interpreter))
		}
	}
	for _, name := range d.Index {
		if name == "" || strings.ContainsAny(name, "/\\") {
			errs = append(errs, fmt.Errorf("cgi: index %q is not a name", name))
		}
	}
	if d.Path == "" {
		errs = append(errs, errors.New("cgi: a Dir needs a Path"))
	}
	for _, err := range []error{d.Variables.Validate(), d.Bodies.Validate(), d.Limits.Validate(), d.Gate.Validate()} {
		if err != nil {
			errs = append(errs, fmt.Errorf("cgi: %w", err))
		}
	}
	return errors.Join(errs...)
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
	if err := d.absolute(); err != nil {
		return err
	}
	if d.Gate == nil {
		d.Gate = &gateway.Gate{}
	}
	d.base = d.environment(os.LookupEnv)
	return nil
}

// absolute makes the names of interpreters absolute that have a slash: each script runs in a
// directory of its own.
func (d *Dir) absolute() error {
	if d.Root != "" {
		return nil // they are within it
	}
	d.Interpreters = maps.Clone(d.Interpreters)
	for ext, name := range d.Interpreters {
		if filepath.Base(name) == name {
			continue // looked for in the PATH
		}
		path, err := filepath.Abs(name)
		if err != nil {
			return fmt.Errorf("cgi: %w", err)
		}
		d.Interpreters[ext] = path
	}
	return nil
}

// Close closes the directory. No Handler uses it then.
func (d *Dir) Close() error {
	if d.root == nil {
		return nil
	}
	return d.root.Close()
}
