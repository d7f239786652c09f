package wsgi

import (
	"cmp"
	_ "embed" // worker.py
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
)

// App is an application of WSGI or ASGI, and how it is run. Its fields are options,
// to be set before Open; then it is not changed, and any number of Handlers share
// it. It answers while its Graph runs.
type App struct {
	// ASGI says that it is called by ASGI 3, in an event loop. The default is WSGI.
	ASGI bool

	// Dir is the directory that its modules are looked for in first, and the
	// working directory of its workers.
	Dir string

	// Module is the module to import, such as "shop.wsgi".
	Module string

	// Callable is the application's name in it; "" means application.
	Callable string

	// Python is the interpreter: a path, such as that in a virtual environment, or
	// a name that is looked for in PATH. "" means python3. It is 3.8 or later.
	Python string

	// Workers is how many processes run it; 0 means as many as there are cores.
	Workers int

	// Threads is how many requests a worker answers at once. For WSGI, each has a
	// thread, the application must be made for several, and 0 means one. For ASGI
	// they share the event loop, and 0 means 1000.
	Threads int

	// Queue is how many requests wait at most while all threads are busy. More are
	// refused with 503. 0 means 1000, and a negative number none.
	Queue int

	// Wait is how long one waits at most; then it is 503. 0 means 30 s, and a
	// negative number no limit.
	Wait time.Duration

	// Silence is how long the application may say nothing; then it is 504, or the
	// connection is cut, and the worker is replaced; one of ASGI is so only if it
	// does not give the request up. It counts anew with each piece of an answer, and
	// not while the application waits for the client. 0 means 60 s, and a negative
	// number no limit.
	Silence time.Duration

	// Requests is after how many requests a worker is replaced; 0 means never. They
	// are a tenth more or less, so that not all are replaced at once.
	Requests int

	// Memory is the resident memory, in bytes, above which a worker is replaced; 0
	// means no limit. Linux alone.
	Memory int64

	// Reload replaces the workers when a source of the application changes.
	Reload bool

	// Env are more variables, as KEY=VALUE, beside the server's own.
	Env []string

	// User runs the workers as another user: see process.Program.
	User string

	// Grace is how long a worker that is replaced may take for the requests that it
	// has, and to end; 0 means 30 s.
	Grace time.Duration

	// Log, if set, takes an *AppError for each line that the application says, and
	// for whatever goes wrong beside a request.
	Log *axon.Inbox[error]

	name string // "module:callable"
	pool *pool  // nil until Open
}

// ErrPython says that there is no such interpreter.
var ErrPython = errors.New("wsgi: no Python")

// What the workers run: programStart, and behind it what there is for the protocol.
var (
	//go:embed program.py
	programStart []byte

	//go:embed worker.py
	wsgiProgram []byte

	//go:embed asgi.py
	asgiProgram []byte
)

// program returns what the workers of an App run.
func (a *App) program() []byte {
	if a.ASGI {
		return slices.Concat(programStart, asgiProgram)
	}
	return slices.Concat(programStart, wsgiProgram)
}

// protocol returns the name of what it speaks.
func (a *App) protocol() string {
	if a.ASGI {
		return "asgi"
	}
	return "wsgi"
}

// bootstrap runs the program that comes by the standard input, and lets tracebacks
// show its lines.
const bootstrap = `import sys, linecache
source, name = sys.stdin.read(), "kamaelia/worker.py"
linecache.cache[name] = len(source), None, source.splitlines(True), name
exec(compile(source, name, "exec"))`

// Validate reports what is wrong with the options.
func (a *App) Validate() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(a.protocol()+": "+format, args...)) }
	if a.Dir == "" {
		bad("an App needs a Dir")
	}
	for _, name := range []string{a.Module, cmp.Or(a.Callable, "application")} {
		for part := range strings.SplitSeq(name, ".") {
			if part == "" || strings.ContainsAny(part, " :/\\\x00") {
				bad("%q is not a name in Python", name)
				break
			}
		}
	}
	if min(a.Workers, a.Threads, a.Requests) < 0 || a.Memory < 0 || a.Grace < 0 {
		bad("a negative number")
	}
	for _, kv := range a.Env {
		if i := strings.IndexByte(kv, '='); i < 1 || strings.ContainsRune(kv, 0) {
			bad("variable %q: want KEY=VALUE", kv)
		}
	}
	if a.Memory > 0 && runtime.GOOS != "linux" {
		bad("a bound on memory: %w", errors.ErrUnsupported)
	}
	return errors.Join(errs...)
}

// Open makes the App ready for use. Nothing runs yet.
func (a *App) Open() error {
	if err := a.Validate(); err != nil {
		return err
	}
	dir, err := filepath.Abs(a.Dir)
	if err != nil {
		return fmt.Errorf("%s: %w", a.protocol(), err)
	}
	fi, err := os.Stat(dir)
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", a.protocol(), err)
	case !fi.IsDir():
		return fmt.Errorf("%s: %s is not a directory", a.protocol(), dir)
	}
	if strings.ContainsRune(a.Python, filepath.Separator) { // a link is left as it is: a virtual environment is known by it
		if a.Python, err = filepath.Abs(a.Python); err != nil {
			return fmt.Errorf("%s: %w", a.protocol(), err)
		}
	}
	if _, err := exec.LookPath(cmp.Or(a.Python, "python3")); err != nil {
		return fmt.Errorf("%w: %w", ErrPython, err)
	}
	a.Dir, a.Python, a.Callable = dir, cmp.Or(a.Python, "python3"), cmp.Or(a.Callable, "application")
	a.Workers, a.Threads = cmp.Or(a.Workers, runtime.GOMAXPROCS(0)), cmp.Or(a.Threads, a.atOnce())
	a.name = a.Module + ":" + a.Callable
	a.pool = newPool(a.Threads, max(cmp.Or(a.Queue, 1000), 0))
	a.pool.loops = a.ASGI
	return nil
}

// atOnce returns how many requests a worker answers at once, unless told.
func (a *App) atOnce() int {
	if a.ASGI {
		return 1000
	}
	return 1
}

func (a *App) wait() time.Duration    { return cmp.Or(a.Wait, 30*time.Second) }
func (a *App) silence() time.Duration { return cmp.Or(a.Silence, time.Minute) }
func (a *App) grace() time.Duration   { return cmp.Or(a.Grace, 30*time.Second) }

// error makes an AppError.
func (a *App) error(request string, cause error, text string) *AppError {
	return &AppError{Protocol: a.protocol(), App: a.name, Request: request, Err: cause, Text: text}
}

// Graph returns the graph of the workers, to be run once, beside those of the
// connections. On finish the workers answer what they have, and end.
//
//	WATCH
//	WORKER ══▶ the program, each time it runs
//	WORKER2 ══▶ ...
func (a *App) Graph() *axon.Graph {
	look := &watch{app: a}
	g := &axon.Graph{
		Name:  a.protocol() + " " + a.name,
		Parts: axon.Parts{{Name: "WATCH", Component: look, Policy: axon.Policy{Restarts: -1}}},
	}
	if a.Log != nil {
		g.Links = append(g.Links, axon.Link(&look.Log, a.Log))
	}
	for i := range a.Workers {
		name := "WORKER"
		if i > 0 {
			name = fmt.Sprint(name, i+1)
		}
		g.Parts = append(g.Parts, axon.Part{Name: name, Component: newWorker(a), Policy: respawn})
	}
	return g
}

// respawn is what becomes of a worker that has ended by itself: another one takes
// its place, at once as a rule, and not too often if it is always so.
var respawn = axon.Policy{Restarts: -1, Pause: 20 * time.Millisecond, MaxPause: 5 * time.Second}
