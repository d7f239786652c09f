package wsgi_test

import (
	"os"
	"os/exec"
	"testing"

	"github.com/kamaelia-go/kamaelia/components/wsgi"
)

// TestPrograms_Python38 sees that the programs use no grammar that Python 3.8 has not.
func TestPrograms_Python38(t *testing.T) {
	python := wsgi.Interpreter(t)
	const parse = "import ast, sys; ast.parse(sys.stdin.read(), sys.argv[1], feature_version=(3, 8))"
	for _, name := range []string{"program.py", "worker.py", "asgi.py"} {
		t.Run(name, func(t *testing.T) {
			program, err := os.Open(name)
			if err != nil {
				t.Fatal(err)
			}
			defer program.Close()
			cmd := exec.Command(python, "-c", parse, name)
			cmd.Stdin = program
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
