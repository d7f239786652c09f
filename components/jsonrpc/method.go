package jsonrpc

import (
	"context"
	"encoding/json"
)

// A Method answers a call. Its parameters are an array, an object, or nil if the call has
// none; its result is written as JSON. An *Error goes to the caller as it is; of any other
// error he learns only that there is one.
type Method func(ctx context.Context, params json.RawMessage) (any, error)

// Func makes a Method of a function. A P that is a slice or an array takes parameters by
// position, a struct or a map those by name, as encoding/json decodes them; what it can not
// decode is answered with CodeInvalidParams. A call without parameters gets the zero P.
func Func[P, R any](f func(context.Context, P) (R, error)) Method {
	return func(ctx context.Context, params json.RawMessage) (any, error) {
		var p P
		if params != nil {
			if err := json.Unmarshal(params, &p); err != nil {
				return nil, errInvalidParams.with(err.Error())
			}
		}
		return f(ctx, p)
	}
}
