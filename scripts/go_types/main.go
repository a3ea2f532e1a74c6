// Prints how Go's API types are written as JSON: their fields in order, and what is left out when zero.
//
// Put it beside tests/real/kube/apiserver/go.mod and go.sum (the same versions as the real API server) and
// run `go run . | gzip -9n > src/mendloop/controlplane/builtin/types.json.gz`.
package main

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
)

type field struct {
	Name string `json:"n"`
	Type string `json:"t"`
	Omit string `json:"o,omitempty"`
}

var structs = map[string][]field{}

// Types that write themselves.
var own = map[string]string{
	"k8s.io/apimachinery/pkg/api/resource.Quantity":  "Quantity",
	"k8s.io/apimachinery/pkg/util/intstr.IntOrString": "IntOrString",
	"k8s.io/apimachinery/pkg/apis/meta/v1.Time":      "Time",
	"k8s.io/apimachinery/pkg/apis/meta/v1.MicroTime": "MicroTime",
	"k8s.io/apimachinery/pkg/apis/meta/v1.Duration":  "Duration",
	"k8s.io/apimachinery/pkg/apis/meta/v1.FieldsV1":  "Raw",
	"k8s.io/apimachinery/pkg/runtime.RawExtension":   "Raw",
	"k8s.io/apimachinery/pkg/apis/meta/v1.Verbs":     "[]string",
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSON": "Raw",
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSONSchemaPropsOrArray":       "Raw",
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSONSchemaPropsOrBool":        "Raw",
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSONSchemaPropsOrStringArray": "Raw",
}

func key(t reflect.Type) string { return t.PkgPath() + "." + t.Name() }

func short(t reflect.Type) string {
	parts := strings.Split(t.PkgPath(), "/")
	n := len(parts)
	if n > 2 {
		return strings.Join(parts[n-2:], ".") + "." + t.Name()
	}
	return t.String()
}

func name(t reflect.Type) string {
	if leaf, ok := own[key(t)]; ok {
		return leaf
	}
	switch t.Kind() {
	case reflect.Pointer:
		return "*" + name(t.Elem())
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return "[]byte"
		}
		return "[]" + name(t.Elem())
	case reflect.Map:
		return "map[" + t.Key().Kind().String() + "]" + name(t.Elem())
	case reflect.Struct:
		visit(t)
		return short(t)
	default:
		// A named string prints with its package in messages.
		if t.PkgPath() != "" {
			return t.Kind().String() + "=" + t.String()
		}
		return t.Kind().String()
	}
}

func visit(t reflect.Type) {
	id := short(t)
	if _, ok := structs[id]; ok {
		return
	}
	structs[id] = nil
	structs[id] = fields(t)
}

func fields(t reflect.Type) []field {
	var found []field
	for i := 0; i < t.NumField(); i++ {
		f := t.Field(i)
		tag := f.Tag.Get("json")
		if tag == "-" || !f.IsExported() {
			continue
		}
		parts := strings.Split(tag, ",")
		if parts[0] == "" && f.Anonymous {
			inner := f.Type
			if inner.Kind() == reflect.Pointer {
				inner = inner.Elem()
			}
			found = append(found, fields(inner)...)
			continue
		}
		omit := ""
		for _, option := range parts[1:] {
			if option == "omitempty" {
				omit += "e"
			}
			if option == "omitzero" {
				omit += "z"
			}
		}
		found = append(found, field{parts[0], name(f.Type), omit})
	}
	return found
}

func main() {
	_ = apiextensions.AddToScheme(scheme.Scheme)
	kinds := map[string]string{}
	for gvk, t := range scheme.Scheme.AllKnownTypes() {
		if strings.Contains(gvk.Version, "alpha") || strings.Contains(gvk.Version, "beta") || gvk.Version == runtime.APIVersionInternal {
			continue
		}
		if strings.HasSuffix(gvk.Kind, "List") || strings.HasSuffix(gvk.Kind, "Options") || gvk.Kind == "WatchEvent" {
			continue
		}
		api := gvk.GroupVersion().String()
		kinds[api+"/"+gvk.Kind] = name(t)
	}
	_ = json.NewEncoder(os.Stdout).Encode(map[string]any{"kinds": kinds, "structs": structs})
}
