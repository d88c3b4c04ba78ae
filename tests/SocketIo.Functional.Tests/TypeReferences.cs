using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace SocketIo.Functional.Tests;

/// <summary>
/// Which types of an assembly, and of those it was built with, each of its types refers to: in its base, interfaces, fields,
/// signatures, attributes' targets, locals and instructions. Nested types (closures, state machines) count for their outermost one.
/// </summary>
internal sealed class TypeReferences : IDisposable
{
    private readonly PEReader _file;
    private readonly MetadataReader _metadata;
    private readonly Dictionary<string, SortedSet<string>> _references = [];

    // the type being read
    private string _from = "";

    public TypeReferences(Assembly assembly)
    {
        _file = new PEReader(File.OpenRead(assembly.Location));
        _metadata = _file.GetMetadataReader();
        foreach (var handle in _metadata.TypeDefinitions)
            ReadType(handle);
    }

    /// <summary>Every type with the types it refers to, by full names.</summary>
    public IReadOnlyDictionary<string, SortedSet<string>> All => _references;

    /// <summary>The references that go from one set of types to another, as "from -> to".</summary>
    public IEnumerable<string> Between(Func<string, bool> isFrom, Func<string, bool> isTo) => _references
        .Where(pair => isFrom(pair.Key))
        .SelectMany(pair => pair.Value.Where(isTo).Select(to => $"{pair.Key} -> {to}"));

    public void Dispose() => _file.Dispose();

    private void ReadType(TypeDefinitionHandle handle)
    {
        var type = _metadata.GetTypeDefinition(handle);
        _from = NameOf(handle);
        if (!_references.ContainsKey(_from))
            _references[_from] = new SortedSet<string>(StringComparer.Ordinal);

        Add(type.BaseType);
        foreach (var implementation in type.GetInterfaceImplementations())
            Add(_metadata.GetInterfaceImplementation(implementation).Interface);
        foreach (var parameter in type.GetGenericParameters())
            AddConstraints(parameter);
        foreach (var field in type.GetFields())
            Add(_metadata.GetFieldDefinition(field).DecodeSignature(new Names(this), null));
        foreach (var method in type.GetMethods())
            ReadMethod(_metadata.GetMethodDefinition(method));
    }

    private void ReadMethod(MethodDefinition method)
    {
        Add(method.DecodeSignature(new Names(this), null));
        foreach (var parameter in method.GetGenericParameters())
            AddConstraints(parameter);
        if (method.RelativeVirtualAddress == 0)
            return;
        var body = _file.GetMethodBody(method.RelativeVirtualAddress);
        if (!body.LocalSignature.IsNil)
            _metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(new Names(this), null);
        foreach (var region in body.ExceptionRegions)
            Add(region.CatchType);
        var code = body.GetILReader();
        while (code.RemainingBytes > 0)
            ReadInstruction(ref code);
    }

    private void ReadInstruction(ref BlobReader code)
    {
        int value = code.ReadByte();
        if (value == 0xFE)
            value = 0xFE00 | code.ReadByte();
        switch (Instructions.OperandOf(value))
        {
            case Operand.Token:
                Add(MetadataTokens.EntityHandle(code.ReadInt32()));
                break;
            case Operand.Switch:
                var targets = code.ReadInt32();
                code.Offset += targets * sizeof(int);
                break;
            case var operand:
                code.Offset += (int)operand;
                break;
        }
    }

    private void AddConstraints(GenericParameterHandle handle)
    {
        foreach (var constraint in _metadata.GetGenericParameter(handle).GetConstraints())
            Add(_metadata.GetGenericParameterConstraint(constraint).Type);
    }

    /// <summary>Whatever a token names: a type, or a member and the types of its signature.</summary>
    private void Add(EntityHandle handle)
    {
        if (handle.IsNil)
            return;
        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition:
                Add(NameOf((TypeDefinitionHandle)handle));
                break;
            case HandleKind.TypeReference:
                Add(NameOf((TypeReferenceHandle)handle));
                break;
            case HandleKind.TypeSpecification:
                _metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(new Names(this), null);
                break;
            case HandleKind.MethodDefinition:
                var method = _metadata.GetMethodDefinition((MethodDefinitionHandle)handle);
                Add(method.GetDeclaringType());
                method.DecodeSignature(new Names(this), null);
                break;
            case HandleKind.FieldDefinition:
                var field = _metadata.GetFieldDefinition((FieldDefinitionHandle)handle);
                Add(field.GetDeclaringType());
                field.DecodeSignature(new Names(this), null);
                break;
            case HandleKind.MemberReference:
                var member = _metadata.GetMemberReference((MemberReferenceHandle)handle);
                Add(member.Parent);
                if (member.GetKind() is MemberReferenceKind.Method)
                    member.DecodeMethodSignature(new Names(this), null);
                else
                    member.DecodeFieldSignature(new Names(this), null);
                break;
            case HandleKind.MethodSpecification:
                var specification = _metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                Add(specification.Method);
                specification.DecodeSignature(new Names(this), null);
                break;
        }
    }

    private void Add(MethodSignature<string> _)
    {
        // decoding has named every type of it
    }

    private void Add(string name)
    {
        if (name.Length > 0 && name != _from)
            _references[_from].Add(name);
    }

    private string NameOf(TypeDefinitionHandle handle)
    {
        var type = _metadata.GetTypeDefinition(handle);
        while (!type.GetDeclaringType().IsNil)
            type = _metadata.GetTypeDefinition(type.GetDeclaringType());
        return Join(_metadata.GetString(type.Namespace), _metadata.GetString(type.Name));
    }

    private string NameOf(TypeReferenceHandle handle)
    {
        var type = _metadata.GetTypeReference(handle);
        while (type.ResolutionScope.Kind is HandleKind.TypeReference)
            type = _metadata.GetTypeReference((TypeReferenceHandle)type.ResolutionScope);
        return Join(_metadata.GetString(type.Namespace), _metadata.GetString(type.Name));
    }

    private static string Join(string space, string name) => space.Length == 0 ? name : $"{space}.{name}";

    /// <summary>Writes every type that a signature names down, however deep.</summary>
    private sealed class Names(TypeReferences owner) : ISignatureTypeProvider<string, object?>
    {
        public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => Note(owner.NameOf(handle));

        public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => Note(owner.NameOf(handle));

        public string GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
            reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

        public string GetGenericInstantiation(string genericType, System.Collections.Immutable.ImmutableArray<string> typeArguments) => genericType;

        public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => unmodifiedType;

        public string GetArrayType(string elementType, ArrayShape shape) => elementType;

        public string GetSZArrayType(string elementType) => elementType;

        public string GetByReferenceType(string elementType) => elementType;

        public string GetPointerType(string elementType) => elementType;

        public string GetPinnedType(string elementType) => elementType;

        public string GetFunctionPointerType(MethodSignature<string> signature) => "";

        public string GetGenericMethodParameter(object? genericContext, int index) => "";

        public string GetGenericTypeParameter(object? genericContext, int index) => "";

        public string GetPrimitiveType(PrimitiveTypeCode typeCode) => "";

        private string Note(string name)
        {
            owner.Add(name);
            return name;
        }
    }

    /// <summary>What follows an instruction; its value is the size, but for the last two.</summary>
    private enum Operand
    {
        Nothing = 0,
        Byte = 1,
        Short = 2,
        Int = 4,
        Long = 8,
        Token = 100,
        Switch = 101,
    }

    private static class Instructions
    {
        private static readonly Dictionary<int, Operand> Operands = typeof(System.Reflection.Emit.OpCodes)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (System.Reflection.Emit.OpCode)field.GetValue(null)!)
            .ToDictionary(code => code.Value & 0xFFFF, code => Of(code.OperandType));

        public static Operand OperandOf(int instruction) => Operands[instruction];

        private static Operand Of(System.Reflection.Emit.OperandType type) => type switch
        {
            System.Reflection.Emit.OperandType.InlineNone => Operand.Nothing,
            System.Reflection.Emit.OperandType.ShortInlineBrTarget
                or System.Reflection.Emit.OperandType.ShortInlineI
                or System.Reflection.Emit.OperandType.ShortInlineVar => Operand.Byte,
            System.Reflection.Emit.OperandType.InlineVar => Operand.Short,
            System.Reflection.Emit.OperandType.InlineI8 or System.Reflection.Emit.OperandType.InlineR => Operand.Long,
            System.Reflection.Emit.OperandType.InlineBrTarget
                or System.Reflection.Emit.OperandType.InlineI
                or System.Reflection.Emit.OperandType.ShortInlineR
                or System.Reflection.Emit.OperandType.InlineString
                or System.Reflection.Emit.OperandType.InlineSig => Operand.Int,
            System.Reflection.Emit.OperandType.InlineSwitch => Operand.Switch,
            _ => Operand.Token,
        };
    }
}
