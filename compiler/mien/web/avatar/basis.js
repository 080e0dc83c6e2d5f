/**
 * The vendored Basis transcoder, for pages whose security policy forbids making functions out of text.
 *
 * It does so in two places, for speed; each is put as a function that does the same.
 *
 * @module
 */

/** @type {readonly (readonly [string, string])[]} the statement as it is, and what says the same */
export const REWRITTEN = Object.freeze([
  [
    "let[args,invokerFnBody]=createJsInvoker(argTypes,isClassMethodFunc,returns,isAsync);" +
      "args.push(invokerFnBody);var invokerFn=newFunc(Function,args)(...closureArgs);",
    `var invokerFn = function (...given) {
      if (given.length !== argCount - 2) throwBindingError(humanName + " called with " + given.length);
      var destructors = needsDestructorStack ? [] : null;
      var wired = given.map((one, i) => argTypes[i + 2]["toWireType"](destructors, one));
      if (isClassMethodFunc) wired.unshift(argTypes[1]["toWireType"](destructors, this));
      var rv = cppInvokerFunc(cppTargetFunc, ...wired);
      var first = isClassMethodFunc ? 1 : 2;
      if (needsDestructorStack) runDestructors(destructors);
      else argTypes.slice(first).forEach((type, i) => type.destructorFunction?.(wired[i]));
      if (returns) return argTypes[0]["fromWireType"](rv);
    };`,
  ],
  [
    "var invokerFunction=newFunc(Function,params)(...args);",
    `var invokerFunction = (obj, func, destructorsRef, given) => {
      var at = given;
      var read = types.map((type) => {
        var value = type["readValueFromPointer"](at);
        at += type["argPackAdvance"];
        return value;
      });
      var rv = kind === 1 ? new func(...read) : func.call(obj, ...read);
      if (!retType.isVoid) return emval_returnValue(retType, destructorsRef, rv);
    };`,
  ],
]);

/**
 * @param {string} source the vendored script
 * @returns {string} the same without making functions out of text
 * @throws {Error} it is not the version that this was written for
 */
export function rewritten(source) {
  return REWRITTEN.reduce((text, [before, after]) => {
    const parts = text.split(before);
    if (parts.length !== 2) throw new Error("the Basis transcoder is not the vendored one");
    return parts.join(after);
  }, source);
}
