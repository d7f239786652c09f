package axontest

import (
	"testing"

	"go.uber.org/goleak"
)

// Main runs a package's tests and fails, with the stacks, if a goroutine is left:
//
//	func TestMain(m *testing.M) { axontest.Main(m) }
func Main(m *testing.M) { goleak.VerifyTestMain(m, known()...) }

// NoLeak fails the test, with the stacks, if at its end there is a goroutine that
// was not there when NoLeak was called. It is not for parallel tests.
func NoLeak(t testing.TB) {
	opts := append(known(), goleak.IgnoreCurrent())
	t.Cleanup(func() { goleak.VerifyNone(t, opts...) })
}

// known are goroutines that end by themselves, but late: protoactor starts a
// timer of a second with its first dead letter.
func known() []goleak.Option {
	const throttle = "github.com/asynkron/protoactor-go/actor."
	return []goleak.Option{
		goleak.IgnoreAnyFunction(throttle + "NewThrottle.func1.1"),
		goleak.IgnoreAnyFunction(throttle + "NewThrottleWithLogger.func1.1"),
	}
}
